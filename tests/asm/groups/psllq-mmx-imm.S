# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffff6128f0b8804817d8 ftw=0xff
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psllq   $3, %mm1
        psllq   $0, %mm0
