# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0xbfbf9f9f9b9b9bfbf7fff7dfdbd3dbd3
# why: registers and memory
        por     %xmm0, %xmm1
        por     %xmm3, %xmm2
        por     0(%rdi), %xmm9
