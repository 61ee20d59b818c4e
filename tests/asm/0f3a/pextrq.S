# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x1f1e1d1c1b1a1918 rdx=0x2726252423222120 m64@0x88=0x9796959493929190
# why: registers and memory
        pextrq  $27, %xmm1, %rcx
        pextrq  $0, %xmm2, %rdx
        pextrq  $24, %xmm9, 5(%rsi)
