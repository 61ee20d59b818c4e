# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffc32c251e17100902 st1=0xffff0000000000000000 st2=0xffff00ece5ded7d0c9c2 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        palignr $1, %mm1, %mm0
        palignr $27, %mm0, %mm1
        palignr $1, 5(%rsi), %mm2
