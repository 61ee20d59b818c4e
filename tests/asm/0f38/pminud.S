# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100 xmm9=0x2c251e17100902fb9796959493929190
# why: registers and memory
        pminud  %xmm0, %xmm1
        pminud  %xmm3, %xmm2
        pminud  0(%rdi), %xmm9
