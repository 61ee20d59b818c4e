# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x13579bde1b1a19181716151413121110 xmm2=0x2f2e2d2c2b2a2928272625249d0369cd xmm9=0x9f9e9d9c9b9a9998d0c9c2bb93929190
# why: registers and memory
        pinsrd  $3, %ecx, %xmm1
        pinsrd  $0, %edx, %xmm2
        pinsrd  $1, 5(%rsi), %xmm9
