# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff m64@0x60=0x2c251e17100902fb m64@0x88=0
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movntq  %mm0, 32(%rdi)
        movntq  %mm1, 32(%rdi)
        movntq  %mm2, 5(%rsi)
