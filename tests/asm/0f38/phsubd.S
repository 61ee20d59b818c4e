# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xfbfbfbfcfbfbfbfcfbfbfbfcfbfbfbfc xmm2=0xfbfbfbfcfbfbfbfcfbfbfbfcfbfbfbfc xmm9=0xe3e3e4e4e3e3e3e4fbfbfbfcfbfbfbfc
# why: registers and memory
        phsubd  %xmm0, %xmm1
        phsubd  %xmm3, %xmm2
        phsubd  0(%rdi), %xmm9
