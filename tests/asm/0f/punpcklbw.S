# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x07170616051504140313021201110010 xmm2=0x37273626352534243323322231213020 xmm9=0xf497ed96e695df94d893d192ca91c390
# why: registers and memory
        punpcklbw %xmm0, %xmm1
        punpcklbw %xmm3, %xmm2
        punpcklbw 0(%rdi), %xmm9
