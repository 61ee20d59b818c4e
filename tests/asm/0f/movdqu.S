# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f0e0d0c0b0a09080706050403020100 xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0x241d160f0801faf3ece5ded7d0c9c2bb
# why: registers and memory
        movdqu  %xmm0, %xmm1
        movdqu  %xmm3, %xmm2
        movdqu  5(%rsi), %xmm9
