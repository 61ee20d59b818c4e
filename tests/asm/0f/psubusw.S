# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0x00000000000000000000000000000000 xmm9=0x73797f858b91969d0000000000000000
# why: registers and memory
        psubusw %xmm0, %xmm1
        psubusw %xmm3, %xmm2
        psubusw 0(%rdi), %xmm9
