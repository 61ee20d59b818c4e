# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080504030201000706 xmm2=0x3f3e3d3c3b3a39383332373631303534 xmm9=0x2c251e17100902fbcac3cac3cac3cac3
# why: registers and memory
        pshuflw $147, %xmm0, %xmm1
        pshuflw $114, %xmm3, %xmm2
        pshuflw $0, 0(%rdi), %xmm9
