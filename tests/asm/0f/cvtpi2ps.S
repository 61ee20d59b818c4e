# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a19184e3094784d804818 xmm2=0x2f2e2d2c2b2a2928cd312192ce1cb8d5 xmm9=0x9f9e9d9c9b9a9998cd98d109ce3cd8f5 st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff mxcsr=0x1fa0
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvtpi2ps %mm1, %xmm1
        cvtpi2ps %mm0, %xmm2
        cvtpi2ps 5(%rsi), %xmm9
