# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100 xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0x2c251e17100902fb0b131921272f353d
# why: registers and memory
        pabsw   %xmm0, %xmm1
        pabsw   %xmm3, %xmm2
        pabsw   0(%rdi), %xmm9
