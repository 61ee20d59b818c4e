# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100
# why: registers and memory
        pminsd  %xmm0, %xmm1
        pminsd  %xmm3, %xmm2
        pminsd  0(%rdi), %xmm9
