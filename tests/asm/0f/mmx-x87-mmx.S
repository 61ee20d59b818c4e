# in:  rdi=data+0x40
# out: ftw=0xff st0=0xffff2c251e17100902fb st7=0xffff2c251e17100902fb
# why: TOP and the exponents are made anew behind x87 instructions
        movq    (%rdi), %mm0
        movq    (%rdi), %mm7
        emms
        fldz
        movq    8(%rdi), %mm0
        movq    8(%rdi), %mm7
