# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm0=0x0f0e0d0c0b0a09080706050413121110 xmm3=0x3f3e3d3c3b3a39383736353423222120 m64@0x88=0xece5ded793929190
# why: registers and memory
        {store} movss   %xmm1, %xmm0
        {store} movss   %xmm2, %xmm3
        movss   %xmm9, 5(%rsi)
