# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffffb23024afced028a st1=0xffffff6e30b5ffd645a3 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmaddwd %mm1, %mm0
        pmaddwd %mm0, %mm1
        pmaddwd 5(%rsi), %mm2
