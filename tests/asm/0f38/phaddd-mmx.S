# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff3c2e2112cdbfb1a2 st1=0xffff09edd2b43c2e2112 st2=0xffffbdafa19200000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        phaddd  %mm1, %mm0
        phaddd  %mm0, %mm1
        phaddd  5(%rsi), %mm2
