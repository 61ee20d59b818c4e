# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e0d0c1b1a19180706050403021110 xmm2=0x2f2e2d2c2b2a39383736252423222120 xmm9=0x9f9e9d9c9b9a02fbf4ed9594d8d1cac3
# why: registers and memory
        pblendw $78, %xmm0, %xmm1
        pblendw $24, %xmm3, %xmm2
        pblendw $27, 0(%rdi), %xmm9
