# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0x10101010101010101010101010101010 xmm9=0xb3bb838b8b939b63637b734b4b435b53
# why: registers and memory
        xorps   %xmm0, %xmm1
        xorps   %xmm3, %xmm2
        xorps   0(%rdi), %xmm9
