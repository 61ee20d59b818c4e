# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x7fff7fff7fff7fff7fff7fff7fff7fff xmm2=0x7fff7fff7fff7fff7fff7fff7fff7fff xmm9=0x7fff7fff800080008000800080008000
# why: registers and memory
        packssdw %xmm0, %xmm1
        packssdw %xmm3, %xmm2
        packssdw 0(%rdi), %xmm9
