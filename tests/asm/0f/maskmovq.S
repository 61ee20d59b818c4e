# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff m64@0x40=0x2c251e17100902fb
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        maskmovq %mm1, %mm0
        maskmovq %mm0, %mm1
