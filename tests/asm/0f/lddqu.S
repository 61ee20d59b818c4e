# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x2c251e17100902fbf4ede6dfd8d1cac3 xmm2=0x2c251e17100902fbf4ede6dfd8d1cac3 xmm9=0x241d160f0801faf3ece5ded7d0c9c2bb
# why: registers and memory
        lddqu   0(%rdi), %xmm1
        lddqu   0(%rdi), %xmm2
        lddqu   5(%rsi), %xmm9
