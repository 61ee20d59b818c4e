# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19181716151403020100 xmm2=0x2f2e2d2c2b2a29282726252433323130 xmm9=0x000000000000000000000000d0c9c2bb
# why: registers and memory
        movss   %xmm0, %xmm1
        movss   %xmm3, %xmm2
        movss   5(%rsi), %xmm9
