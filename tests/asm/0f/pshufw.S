# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff10092c2502fb1e17 st1=0xffff1e1702fb2c251e17 st2=0xffffc2bbc2bbd0c9ece5 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pshufw  $114, %mm1, %mm0
        pshufw  $24, %mm0, %mm1
        pshufw  $7, 5(%rsi), %mm2
