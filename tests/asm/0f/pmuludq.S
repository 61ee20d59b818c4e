# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x012b2f0dc6a2a0c000395c6a64311000 xmm2=0x09fc88af5f72e8c00706b003f6fd5600 xmm9=0x09bf23d8ac1fc8087cfc9a5c661080b0
# why: registers and memory
        pmuludq %xmm0, %xmm1
        pmuludq %xmm3, %xmm2
        pmuludq 0(%rdi), %xmm9
