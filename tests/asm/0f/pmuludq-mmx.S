# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0d94be928a225331 st1=0xffff08a70203b106f30b st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmuludq %mm1, %mm0
        pmuludq %mm0, %mm1
        pmuludq 5(%rsi), %mm2
