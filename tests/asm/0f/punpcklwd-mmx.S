# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff1009d8d102fbcac3 st1=0xffff02fb1009cac302fb st2=0xffffd0c90000c2bb0000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpcklwd %mm1, %mm0
        punpcklwd %mm0, %mm1
        punpcklwd 5(%rsi), %mm2
