# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2241e009af595331 st1=0xffff1f652ecfba21f30b st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmullw  %mm1, %mm0
        pmullw  %mm0, %mm1
        pmullw  5(%rsi), %mm2
