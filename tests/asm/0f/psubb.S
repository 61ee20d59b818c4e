# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0 xmm9=0x73797f858b91979da3a9afb5bbc1c7cd
# why: registers and memory
        psubb   %xmm0, %xmm1
        psubb   %xmm3, %xmm2
        psubb   0(%rdi), %xmm9
