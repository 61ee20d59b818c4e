# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100 xmm9=0x0c041c14100800989484849490908080
# why: registers and memory
        pand    %xmm0, %xmm1
        pand    %xmm3, %xmm2
        pand    0(%rdi), %xmm9
