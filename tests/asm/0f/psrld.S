# in:  rdi=data+0x40 rsi=data+0x83 xmm1=0x5 m64@0x40=0x13 xmm3=0xffffffff00000003
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000000000000000000000000000 xmm9=0x000013f300001373000012f200001272
# why: registers and memory
        psrld   %xmm0, %xmm1
        psrld   %xmm3, %xmm2
        psrld   0(%rdi), %xmm9
