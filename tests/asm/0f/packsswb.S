# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f xmm2=0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f xmm9=0x7f7f7f7f808080808080808080808080
# why: registers and memory
        packsswb %xmm0, %xmm1
        packsswb %xmm3, %xmm2
        packsswb 0(%rdi), %xmm9
