# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffdfe6edf4c3cad100 st1=0xffff00000000000000fb st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pshufb  %mm1, %mm0
        pshufb  %mm0, %mm1
        pshufb  5(%rsi), %mm2
