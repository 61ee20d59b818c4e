# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffffcedfedfd8d9cafb st1=0xfffffcedfedfd8d9cafb st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        por     %mm1, %mm0
        por     %mm0, %mm1
        por     5(%rsi), %mm2
