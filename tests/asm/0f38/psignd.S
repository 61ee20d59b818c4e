# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm9=0x9f9e9d9c9b9a999868696a6c6c6d6e70
# why: registers and memory
        psignd  %xmm0, %xmm1
        psignd  %xmm3, %xmm2
        psignd  0(%rdi), %xmm9
