# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000000000013579bde xmm2=0x0000000000000000000000009d0369cd xmm9=0x000000000000000000000000d0c9c2bb
# why: registers and memory
        movd    %ecx, %xmm1
        movd    %edx, %xmm2
        movd    5(%rsi), %xmm9
