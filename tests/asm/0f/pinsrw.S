# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a191817169bde13121110 xmm2=0x2f2e2d2c2b2a2928272669cd23222120 xmm9=0x9f9e9d9c9b9a9998c2bb959493929190
# why: registers and memory
        pinsrw  $2, %ecx, %xmm1
        pinsrw  $2, %edx, %xmm2
        pinsrw  $147, 5(%rsi), %xmm9
