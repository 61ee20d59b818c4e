# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xffffffffffffffffffffffffffffffff xmm2=0x00000000000000000000000000000000 xmm9=0x00000000000000000000000000000000
# why: registers and memory
        pcmpgtd %xmm0, %xmm1
        pcmpgtd %xmm3, %xmm2
        pcmpgtd 0(%rdi), %xmm9
