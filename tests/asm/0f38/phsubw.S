# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xfdfefdfefdfefdfefdfefdfefdfefdfe xmm2=0xfdfefdfefdfefdfefdfefdfefdfefdfe xmm9=0xf1f2f2f2f1f2f1f2fdfefdfefdfefdfe
# why: registers and memory
        phsubw  %xmm0, %xmm1
        phsubw  %xmm3, %xmm2
        phsubw  0(%rdi), %xmm9
