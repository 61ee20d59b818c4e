# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000003020000000000000100 xmm2=0x00000000000033320000000000003130 xmm9=0xffffffffffffd0c9ffffffffffffc2bb
# why: registers and memory
        pmovsxwq %xmm0, %xmm1
        pmovsxwq %xmm3, %xmm2
        pmovsxwq 5(%rsi), %xmm9
