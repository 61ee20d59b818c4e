# in:  rdi=data+0x40 rsi=data+0x83
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: registers and memory
        ptest   %xmm0, %xmm1
        ptest   %xmm3, %xmm2
        ptest   0(%rdi), %xmm9
