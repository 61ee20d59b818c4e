# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0xeff0eff0eff0eff0eff0eff0eff0eff0 xmm9=0x73797f858b91969da2a9aeb5bac1c6cd
# why: registers and memory
        psubw   %xmm0, %xmm1
        psubw   %xmm3, %xmm2
        psubw   0(%rdi), %xmm9
