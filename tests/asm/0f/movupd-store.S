# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm0=0x1f1e1d1c1b1a19181716151413121110 xmm3=0x2f2e2d2c2b2a29282726252423222120 m64@0x88=0x9796959493929190 m64@0x90=0x9f9e9d9c9b9a9998
# why: registers and memory
        {store} movupd  %xmm1, %xmm0
        {store} movupd  %xmm2, %xmm3
        movupd  %xmm9, 5(%rsi)
