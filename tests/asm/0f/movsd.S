# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19180706050403020100 xmm2=0x2f2e2d2c2b2a29283736353433323130 xmm9=0x0000000000000000ece5ded7d0c9c2bb
# why: registers and memory
        movsd   %xmm0, %xmm1
        movsd   %xmm3, %xmm2
        movsd   5(%rsi), %xmm9
