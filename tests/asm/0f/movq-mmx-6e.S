# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffff0169d0369d0369cd ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movq    %rcx, %mm0
        movq    %rdx, %mm1
        .byte   0x48, 0x0f, 0x6e, 0x07 # movq (%rdi), %mm0
