# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03020100070605041b1a19181f1e1d1c xmm2=0x3332313033323130232221202b2a2928 xmm9=0xf4ede6df2c251e17939291909b9a9998
# why: registers and memory
        shufps  $27, %xmm0, %xmm1
        shufps  $2, %xmm3, %xmm2
        shufps  $114, 0(%rdi), %xmm9
