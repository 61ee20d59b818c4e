# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1f1e1d1c1b1a1918171615141312de10 xmm2=0x2f2e2d2c2b2a29282726252423cd2120 xmm9=0x9f9e9d9c9b9a99989796959493bb9190
# why: registers and memory
        pinsrb  $1, %ecx, %xmm1
        pinsrb  $2, %edx, %xmm2
        pinsrb  $2, 5(%rsi), %xmm9
