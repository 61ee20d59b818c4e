# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff00000000000005b0 st1=0xffff00000000000000ed st2=0xffff000000000000069c ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psadbw  %mm1, %mm0
        psadbw  %mm0, %mm1
        psadbw  5(%rsi), %mm2
