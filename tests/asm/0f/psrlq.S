# in:  rdi=data+0x40 rsi=data+0x83 xmm1=0x5 m64@0x40=0x13 xmm3=0xffffffff00000003
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000000000000000000000000000 xmm9=0x000013f3d3b39373000012f2d2b29272
# why: registers and memory
        psrlq   %xmm0, %xmm1
        psrlq   %xmm3, %xmm2
        psrlq   0(%rdi), %xmm9
