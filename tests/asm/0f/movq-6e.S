# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm0=0x0000000000000000f4ede6dfd8d1cac3 xmm1=0x000000000000000003468acf13579bde xmm2=0x00000000000000000169d0369d0369cd
# why: registers and memory
        movq    %rcx, %xmm1
        movq    %rdx, %xmm2
        .byte   0x66, 0x48, 0x0f, 0x6e, 0x07 # movq (%rdi), %xmm0
