# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100 xmm2=0x00000000000000000000002f2e2d2c2b xmm9=0x00000000000000000000000000000000
# why: registers and memory
        palignr $0, %xmm0, %xmm1
        palignr $27, %xmm3, %xmm2
        palignr $78, 0(%rdi), %xmm9
