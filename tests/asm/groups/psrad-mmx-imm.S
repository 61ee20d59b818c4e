# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffff0584a3c20201205f ftw=0xff
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psrad   $3, %mm1
        psrad   $0, %mm0
