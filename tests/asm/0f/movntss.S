# in:  rdi=data+0x40 rsi=data+0x83
# out: m64@0x60=0xd4cdc6bf23222120 m64@0x88=0xece5ded793929190
# why: registers and memory
        movntss %xmm1, 32(%rdi)
        movntss %xmm2, 32(%rdi)
        movntss %xmm9, 5(%rsi)
