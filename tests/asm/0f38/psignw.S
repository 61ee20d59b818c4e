# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm9=0x9f9e9d9c9b9a9998686a6a6c6c6e6e70
# why: registers and memory
        psignw  %xmm0, %xmm1
        psignw  %xmm3, %xmm2
        psignw  0(%rdi), %xmm9
