# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xffffffffffffffffffffffffffffffff xmm2=0x00000000000000000000000000000000 xmm9=0x00000000000000000000000000000000
# why: registers and memory
        pcmpgtb %xmm0, %xmm1
        pcmpgtb %xmm3, %xmm2
        pcmpgtb 0(%rdi), %xmm9
