# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x17161514131211100f0e0d0c0b0a0908 xmm2=0x37363534333231302f2e2d2c2b2a2928 xmm9=0x66625e5a56524ecac6c2bebab6b2aeaa
# why: registers and memory
        pavgb   %xmm0, %xmm1
        pavgb   %xmm3, %xmm2
        pavgb   0(%rdi), %xmm9
