# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff24250617100102c3 st1=0xffff24250617100102c3 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pand    %mm1, %mm0
        pand    %mm0, %mm1
        pand    5(%rsi), %mm2
