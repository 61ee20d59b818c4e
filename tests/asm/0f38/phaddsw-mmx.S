# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff4a3c1304dbcca394 st1=0xffff5d4080004a3c1304 st2=0xffffcbbc938400000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        phaddsw %mm1, %mm0
        phaddsw %mm0, %mm1
        phaddsw 5(%rsi), %mm2
