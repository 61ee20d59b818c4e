# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x1f1e1d1c rdx=0x2f2e2d2c m64@0x88=0xece5ded797969594
# why: registers and memory
        pextrd  $147, %xmm1, %ecx
        pextrd  $147, %xmm2, %edx
        pextrd  $5, %xmm9, 5(%rsi)
