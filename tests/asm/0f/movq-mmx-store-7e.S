# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0xf4ede6dfd8d1cac3 rdx=0x2c251e17100902fb st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movq    %mm0, %rcx
        movq    %mm1, %rdx
        .byte   0x48, 0x0f, 0x7e, 0x07 # movq %mm0, (%rdi)
