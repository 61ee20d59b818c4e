# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0xeff0eff0eff0eff0eff0eff0eff0eff0 xmm9=0x800080008b91969da2a9aeb5bac1c6cd
# why: registers and memory
        psubsw  %xmm0, %xmm1
        psubsw  %xmm3, %xmm2
        psubsw  0(%rdi), %xmm9
