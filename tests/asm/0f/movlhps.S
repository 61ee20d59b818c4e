# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x17161514131211101716151413121110 xmm2=0x37363534333231302726252423222120
# why: registers
        movlhps %xmm1, %xmm1
        movlhps %xmm3, %xmm2
