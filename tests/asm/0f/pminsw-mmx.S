# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xfffff4ede6dfd8d1cac3 st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pminsw  %mm1, %mm0
        pminsw  %mm0, %mm1
        pminsw  5(%rsi), %mm2
