# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x80017fff00ff8000ff00aa5580000001
# out: xmm1=0x801e1dff1bff8018ff16aa1480121110 xmm2=0x3f2e2d3c2b3a39283726352433222120 xmm9=0x2c9e9d179b090298f496e694d8929190
# why: registers and memory
        pblendvb %xmm0, %xmm0, %xmm1
        pblendvb %xmm0, %xmm3, %xmm2
        pblendvb %xmm0, 0(%rdi), %xmm9
