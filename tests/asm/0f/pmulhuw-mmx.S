# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2a3c1b220d94025c st1=0xffff0748033000d90007 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmulhuw %mm1, %mm0
        pmulhuw %mm0, %mm1
        pmulhuw 5(%rsi), %mm2
