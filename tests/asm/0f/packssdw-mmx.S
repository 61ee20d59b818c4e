# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff7fff7fff80008000 st1=0xffff7fff80007fff7fff st2=0xffff8000800000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        packssdw %mm1, %mm0
        packssdw %mm0, %mm1
        packssdw 5(%rsi), %mm2
