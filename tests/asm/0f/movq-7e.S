# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000706050403020100 xmm2=0x00000000000000003736353433323130 m64@0x40=0x706050403020100
# why: registers and memory
        movq    %xmm0, %xmm1
        movq    %xmm3, %xmm2
        .byte   0x66, 0x48, 0x0f, 0x7e, 0x07 # movq %xmm0, (%rdi)
