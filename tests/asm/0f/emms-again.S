# in:  rdi=data+0x40
# out: ftw=0xff st0=0xffff2c251e17100902fb
# why: all registers are valid again
        movq    (%rdi), %mm0
        emms
        movq    8(%rdi), %mm0
