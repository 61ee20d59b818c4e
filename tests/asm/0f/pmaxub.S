# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0x9f9e9d9c9b9a99fbf4ede6dfd8d1cac3
# why: registers and memory
        pmaxub  %xmm0, %xmm1
        pmaxub  %xmm3, %xmm2
        pmaxub  0(%rdi), %xmm9
