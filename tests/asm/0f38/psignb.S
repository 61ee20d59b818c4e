# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19181716151413121100 xmm9=0x9f9e9d9c9b9a9968696a6b6c6d6e6f70
# why: registers and memory
        psignb  %xmm0, %xmm1
        psignb  %xmm3, %xmm2
        psignb  0(%rdi), %xmm9
