# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x13121110 rdx=0x23222120 m64@0x88=0xece5ded793929190
# why: registers and memory
        movd    %xmm1, %ecx
        movd    %xmm2, %edx
        movd    %xmm9, 5(%rsi)
