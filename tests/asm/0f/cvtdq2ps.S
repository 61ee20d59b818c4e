# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x4d70e0d14d30a0904ce0c0a04c408040 xmm2=0x4e7cf8f54e6ce8e54e5cd8d54e4cc8c5 xmm9=0x4e3094784d804818cd312192ce1cb8d5 mxcsr=0x1fa0
# why: registers and memory
        cvtdq2ps %xmm0, %xmm1
        cvtdq2ps %xmm3, %xmm2
        cvtdq2ps 0(%rdi), %xmm9
