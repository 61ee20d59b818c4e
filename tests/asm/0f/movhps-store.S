# in:  rdi=data+0x40 rsi=data+0x83
# out: m64@0x60=0x2f2e2d2c2b2a2928 m64@0x88=0x9f9e9d9c9b9a9998
# why: registers and memory
        movhps  %xmm1, 32(%rdi)
        movhps  %xmm2, 32(%rdi)
        movhps  %xmm9, 5(%rsi)
