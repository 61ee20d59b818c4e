# in:  rdi=data+0x40 rsi=data+0x83
# out: m64@0x60=0x2726252423222120 m64@0x88=0x9796959493929190
# why: registers and memory
        movlpd  %xmm1, 32(%rdi)
        movlpd  %xmm2, 32(%rdi)
        movlpd  %xmm9, 5(%rsi)
