# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c1f1e1d1c0b0a09081b1a1918 xmm2=0x3f3e3d3c2f2e2d2c3b3a39382b2a2928 xmm9=0x2c251e179f9e9d9c100902fb9b9a9998
# why: registers and memory
        punpckhdq %xmm0, %xmm1
        punpckhdq %xmm3, %xmm2
        punpckhdq 0(%rdi), %xmm9
