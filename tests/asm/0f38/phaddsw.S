# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1c1a14120c0a04023c3a34322c2a2422 xmm2=0x7c7a74726c6a64625c5a54524c4a4442 xmm9=0x4a3c1304dbcca3948000800080008000
# why: registers and memory
        phaddsw %xmm0, %xmm1
        phaddsw %xmm3, %xmm2
        phaddsw 0(%rdi), %xmm9
