# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000000000000000000000000000 xmm9=0x00000000000000000000000000000000
# why: registers and memory
        pcmpeqb %xmm0, %xmm1
        pcmpeqb %xmm3, %xmm2
        pcmpeqb 0(%rdi), %xmm9
