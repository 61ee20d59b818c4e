# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09081f1e1d1c1b1a1918 xmm2=0x37363534333231302f2e2d2c2b2a2928 xmm9=0x2c251e17100902fb9796959493929190
# why: registers and memory
        shufpd  $3, %xmm0, %xmm1
        shufpd  $1, %xmm3, %xmm2
        shufpd  $78, 0(%rdi), %xmm9
