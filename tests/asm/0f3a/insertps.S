# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19180000000003020100 xmm2=0x2f2e2d2c2b2a29280000000000000000 xmm9=0x9f9e9d9c9b9a99980000000000000000
# why: registers and memory
        insertps $2, %xmm0, %xmm1
        insertps $3, %xmm3, %xmm2
        insertps $147, 5(%rsi), %xmm9
