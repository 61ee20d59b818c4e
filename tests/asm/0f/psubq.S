# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0xefefefefefefeff0efefefefefefeff0 xmm9=0x73797f858b91969da2a8aeb4bac0c6cd
# why: registers and memory
        psubq   %xmm0, %xmm1
        psubq   %xmm3, %xmm2
        psubq   0(%rdi), %xmm9
