# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffc8c8c8c8c8c8c8c8 st1=0xffff645d564f48413a33 st2=0xffff141b222930373e45 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psubsb  %mm1, %mm0
        psubsb  %mm0, %mm1
        psubsb  5(%rsi), %mm2
