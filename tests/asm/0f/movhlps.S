# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19181f1e1d1c1b1a1918 xmm2=0x2f2e2d2c2b2a29283f3e3d3c3b3a3938
# why: registers
        movhlps %xmm1, %xmm1
        movhlps %xmm3, %xmm2
