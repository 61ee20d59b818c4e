# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000070605040000000003020100 xmm2=0x00000000373635340000000033323130 xmm9=0xffffffffece5ded7ffffffffd0c9c2bb
# why: registers and memory
        pmovsxdq %xmm0, %xmm1
        pmovsxdq %xmm3, %xmm2
        pmovsxdq 5(%rsi), %xmm9
