# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff211304f6e8dacdbe st1=0xffff4d38230df8e3d0b9 st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        paddq   %mm1, %mm0
        paddq   %mm0, %mm1
        paddq   5(%rsi), %mm2
