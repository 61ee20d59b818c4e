# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xffffffffffffffffffffffffffffffff xmm2=0xffffffffffffffffffffffffffffffff xmm9=0xffffffff000000000000000000000000
# why: registers and memory
        packuswb %xmm0, %xmm1
        packuswb %xmm3, %xmm2
        packuswb 0(%rdi), %xmm9
