# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100
# why: registers and memory
        pminsb  %xmm0, %xmm1
        pminsb  %xmm3, %xmm2
        pminsb  0(%rdi), %xmm9
