# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm0=0x0f0e0d0c0b0a09081716151413121110 xmm3=0x3f3e3d3c3b3a39382726252423222120 m64@0x88=0x9796959493929190
# why: registers and memory
        {store} movsd   %xmm1, %xmm0
        {store} movsd   %xmm2, %xmm3
        movsd   %xmm9, 5(%rsi)
