# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000000000000000000000000000 xmm9=0x00000000000000000000000000000000
# why: registers and memory
        pcmpeqd %xmm0, %xmm1
        pcmpeqd %xmm3, %xmm2
        pcmpeqd 0(%rdi), %xmm9
