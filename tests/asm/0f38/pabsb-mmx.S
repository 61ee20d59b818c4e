# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2c251e1710090205 st1=0xffff2c251e1710090205 st2=0xffff141b222930373e45 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pabsb   %mm1, %mm0
        pabsb   %mm0, %mm1
        pabsb   5(%rsi), %mm2
