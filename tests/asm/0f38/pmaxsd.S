# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0x2c251e17100902fbf4ede6dfd8d1cac3
# why: registers and memory
        pmaxsd  %xmm0, %xmm1
        pmaxsd  %xmm3, %xmm2
        pmaxsd  0(%rdi), %xmm9
