# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0908090809080d0c0706050403020100 xmm2=0x39383b3a3d3c39383736353433323130 xmm9=0x1e17100902fb2c25f4ede6dfd8d1cac3
# why: registers and memory
        pshufhw $2, %xmm0, %xmm1
        pshufhw $24, %xmm3, %xmm2
        pshufhw $147, 0(%rdi), %xmm9
