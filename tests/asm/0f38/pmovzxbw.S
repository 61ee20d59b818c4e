# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00070006000500040003000200010000 xmm2=0x00370036003500340033003200310030 xmm9=0x00ec00e500de00d700d000c900c200bb
# why: registers and memory
        pmovzxbw %xmm0, %xmm1
        pmovzxbw %xmm3, %xmm2
        pmovzxbw 5(%rsi), %xmm9
