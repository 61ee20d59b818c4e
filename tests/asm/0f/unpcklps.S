# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x07060504171615140302010013121110 xmm2=0x37363534272625243332313023222120 xmm9=0xf4ede6df97969594d8d1cac393929190
# why: registers and memory
        unpcklps %xmm0, %xmm1
        unpcklps %xmm3, %xmm2
        unpcklps 0(%rdi), %xmm9
