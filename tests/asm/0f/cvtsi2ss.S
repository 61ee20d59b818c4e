# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a1918171615144d9abcdf xmm2=0x2f2e2d2c2b2a2928272625245bb4e81b xmm9=0x9f9e9d9c9b9a999897969594ce3cd8f5 mxcsr=0x1fa0
# why: registers and memory
        cvtsi2ss %ecx, %xmm1
        cvtsi2ss %rdx, %xmm2
        cvtsi2ssl 5(%rsi), %xmm9
