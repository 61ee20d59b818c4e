# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00070006000500040003000200010000 xmm2=0x00370036003500340033003200310030 xmm9=0xffecffe5ffdeffd7ffd0ffc9ffc2ffbb
# why: registers and memory
        pmovsxbw %xmm0, %xmm1
        pmovsxbw %xmm3, %xmm2
        pmovsxbw 5(%rsi), %xmm9
