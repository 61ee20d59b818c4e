# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09081f1e1d1c1b1a1918 xmm2=0x3f3e3d3c3b3a39382f2e2d2c2b2a2928 xmm9=0x2c251e17100902fb9f9e9d9c9b9a9998
# why: registers and memory
        punpckhqdq %xmm0, %xmm1
        punpckhqdq %xmm3, %xmm2
        punpckhqdq 0(%rdi), %xmm9
