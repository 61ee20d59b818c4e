# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e1f1e0d0c1d1c0b0a1b1a09081918 xmm2=0x3f3e2f2e3d3c2d2c3b3a2b2a39382928 xmm9=0x2c259f9e1e179d9c10099b9a02fb9998
# why: registers and memory
        punpckhwd %xmm0, %xmm1
        punpckhwd %xmm3, %xmm2
        punpckhwd 0(%rdi), %xmm9
