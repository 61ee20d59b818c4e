# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff201204f6e8daccbe st1=0xffff4c37220df8e3ceb9 st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        paddsb  %mm1, %mm0
        paddsb  %mm0, %mm1
        paddsb  5(%rsi), %mm2
