# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a191803468acf13579bde xmm2=0x0169d0369d0369cd2726252423222120 xmm9=0xece5ded7d0c9c2bb9796959493929190
# why: registers and memory
        pinsrq  $2, %rcx, %xmm1
        pinsrq  $1, %rdx, %xmm2
        pinsrq  $27, 5(%rsi), %xmm9
