# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x1716151413121110 rdx=0x2726252423222120 m64@0x40=0x706050403020100
# why: registers and memory
        movq    %xmm1, %rcx
        movq    %xmm2, %rdx
        .byte   0x66, 0x48, 0x0f, 0x7e, 0x07 # movq %xmm0, (%rdi)
