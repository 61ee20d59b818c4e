# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0f0e0d0c0706050407060504 xmm2=0x3f3e3d3c3f3e3d3c3736353437363534 xmm9=0x2c251e172c251e17f4ede6dff4ede6df
# why: registers and memory
        movshdup %xmm0, %xmm1
        movshdup %xmm3, %xmm2
        movshdup 0(%rdi), %xmm9
