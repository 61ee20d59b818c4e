# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xfdfefdfefdfefdfefdfefdfefdfefdfe xmm2=0xfdfefdfefdfefdfefdfefdfefdfefdfe xmm9=0xf1f2f2f2f1f2f1f2fdfefdfefdfefdfe
# why: registers and memory
        phsubsw %xmm0, %xmm1
        phsubsw %xmm3, %xmm2
        phsubsw 0(%rdi), %xmm9
