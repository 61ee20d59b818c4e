# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xf4ede6dfd8d1cac31716151413121110 xmm2=0xf4ede6dfd8d1cac32726252423222120 xmm9=0xece5ded7d0c9c2bb9796959493929190
# why: registers and memory
        movhps  0(%rdi), %xmm1
        movhps  0(%rdi), %xmm2
        movhps  5(%rsi), %xmm9
