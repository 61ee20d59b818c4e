# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff7f7f7f7f80808080 st1=0xffff7f7f80807f7f7f7f st2=0xffff8080808000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        packsswb %mm1, %mm0
        packsswb %mm0, %mm1
        packsswb 5(%rsi), %mm2
