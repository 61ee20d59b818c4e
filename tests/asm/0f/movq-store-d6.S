# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm0=0x00000000000000001716151413121110 xmm3=0x00000000000000002726252423222120 m64@0x88=0x9796959493929190
# why: registers and memory
        {store} movq    %xmm1, %xmm0
        {store} movq    %xmm2, %xmm3
        movq    %xmm9, 5(%rsi)
