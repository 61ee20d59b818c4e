# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000003020000000000000100 xmm2=0x00000000000033320000000000003130 xmm9=0x000000000000d0c9000000000000c2bb
# why: registers and memory
        pmovzxwq %xmm0, %xmm1
        pmovzxwq %xmm3, %xmm2
        pmovzxwq 5(%rsi), %xmm9
