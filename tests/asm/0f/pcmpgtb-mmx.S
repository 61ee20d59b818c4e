# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0000000000000000 st1=0xffffffffffffffffff00 st2=0xffffffffffffffffffff ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pcmpgtb %mm1, %mm0
        pcmpgtb %mm0, %mm1
        pcmpgtb 5(%rsi), %mm2
