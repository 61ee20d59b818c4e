# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2c251e17100902fb st1=0xffff2c251e17100902fb st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movq    %mm1, %mm0
        movq    %mm0, %mm1
        movq    5(%rsi), %mm2
