# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0800180000080038 st1=0xffff0000000000000000 st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pandn   %mm1, %mm0
        pandn   %mm0, %mm1
        pandn   5(%rsi), %mm2
