# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1a1816140a0806043a3836342a282624 xmm2=0x7a7876746a6866645a5856544a484644 xmm9=0x3c2e2112cdbfb1a23b3937342b292724
# why: registers and memory
        phaddd  %xmm0, %xmm1
        phaddd  %xmm3, %xmm2
        phaddd  0(%rdi), %xmm9
