# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x07060504030201001716151413121110 xmm2=0x37363534333231302726252423222120 xmm9=0xf4ede6dfd8d1cac39796959493929190
# why: registers and memory
        punpcklqdq %xmm0, %xmm1
        punpcklqdq %xmm3, %xmm2
        punpcklqdq 0(%rdi), %xmm9
