# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2c251e17f4ede6df st1=0xffff2c251e172c251e17 st2=0xffffece5ded700000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpckhdq %mm1, %mm0
        punpckhdq %mm0, %mm1
        punpckhdq 5(%rsi), %mm2
