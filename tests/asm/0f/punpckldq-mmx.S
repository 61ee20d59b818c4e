# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff100902fbd8d1cac3 st1=0xffffd8d1cac3100902fb st2=0xffffd0c9c2bb00000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpckldq %mm1, %mm0
        punpckldq %mm0, %mm1
        punpckldq 5(%rsi), %mm2
