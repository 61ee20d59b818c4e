# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2cf425ed1ee617df st1=0xffff2c2cf425251eed17 st2=0xffffec00e500de00d700 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpckhbw %mm1, %mm0
        punpckhbw %mm0, %mm1
        punpckhbw 5(%rsi), %mm2
