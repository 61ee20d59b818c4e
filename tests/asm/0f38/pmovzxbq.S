# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000010000000000000000 xmm2=0x00000000000000310000000000000030 xmm9=0x00000000000000c200000000000000bb
# why: registers and memory
        pmovzxbq %xmm0, %xmm1
        pmovzxbq %xmm3, %xmm2
        pmovzxbq 5(%rsi), %xmm9
