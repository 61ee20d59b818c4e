# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x419c1814100000004188100800000000 xmm2=0x41cb9b1a9a00000041c9991898000000 xmm9=0xc1b31a2129000000c1c79b1ea2800000
# why: registers and memory
        cvtdq2pd %xmm0, %xmm1
        cvtdq2pd %xmm3, %xmm2
        cvtdq2pd 5(%rsi), %xmm9
