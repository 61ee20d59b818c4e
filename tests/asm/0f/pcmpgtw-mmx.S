# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0000000000000000 st1=0xffffffffffffffffffff st2=0xffffffffffffffffffff ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pcmpgtw %mm1, %mm0
        pcmpgtw %mm0, %mm1
        pcmpgtw 5(%rsi), %mm2
