# in:  rdi=data+0x40 rsi=data+0x83
# out:
# why: registers
        maskmovdqu %xmm1, %xmm1
        maskmovdqu %xmm3, %xmm2
