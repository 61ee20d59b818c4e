# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19180706050413121110 xmm9=0x2c251e17100902fbf4ede6df93929190
# why: registers and memory
        blendps $114, %xmm0, %xmm1
        blendps $0, %xmm3, %xmm2
        blendps $78, 0(%rdi), %xmm9
