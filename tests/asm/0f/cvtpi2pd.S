# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x41c6128f0b80000041b00902fb000000 xmm2=0xc1a6243242000000c1c3971a9e800000 xmm9=0xc1b31a2129000000c1c79b1ea2800000 st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvtpi2pd %mm1, %xmm1
        cvtpi2pd %mm0, %xmm2
        cvtpi2pd 5(%rsi), %xmm9
