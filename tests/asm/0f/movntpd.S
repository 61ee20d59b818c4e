# in:  rdi=data+0x40 rsi=data+0x83
# out: m64@0x60=0x9796959493929190 m64@0x68=0x9f9e9d9c9b9a9998
# why: registers and memory
        movntpd %xmm1, 32(%rdi)
        movntpd %xmm2, 32(%rdi)
        movntpd %xmm9, 32(%rdi)
