# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff1f2f2f2f1f2f1f2 st1=0xffff01000000f1f2f2f2 st2=0xfffff1f2f1f200000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        phsubw  %mm1, %mm0
        phsubw  %mm0, %mm1
        phsubw  5(%rsi), %mm2
