# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a191841b3579bde000000 xmm2=0x2f2e2d2c2b2a292843769d0369d0369d xmm9=0x9f9e9d9c9b9a9998c1c79b1ea2800000 mxcsr=0x1fa0
# why: registers and memory
        cvtsi2sd %ecx, %xmm1
        cvtsi2sd %rdx, %xmm2
        cvtsi2sdl 5(%rsi), %xmm9
