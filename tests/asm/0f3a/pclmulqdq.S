# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00a5109400e110d000b5108400f110c0 xmm2=0x075d1f7407391f10074d1f6407291f00 xmm9=0x70211763b54b23eb23e244a06608f0a8
# why: registers and memory
        pclmulqdq $255, %xmm0, %xmm1
        pclmulqdq $24, %xmm3, %xmm2
        pclmulqdq $3, 0(%rdi), %xmm9
