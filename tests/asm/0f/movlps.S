# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a1918f4ede6dfd8d1cac3 xmm2=0x2f2e2d2c2b2a2928f4ede6dfd8d1cac3 xmm9=0x9f9e9d9c9b9a9998ece5ded7d0c9c2bb
# why: registers and memory
        movlps  0(%rdi), %xmm1
        movlps  0(%rdi), %xmm2
        movlps  5(%rsi), %xmm9
