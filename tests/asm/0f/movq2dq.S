# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000002c251e17100902fb xmm2=0x0000000000000000f4ede6dfd8d1cac3 st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movq2dq %mm1, %xmm1
        movq2dq %mm0, %xmm2
