# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x10101010101010101010101010101010 xmm9=0x20210203000102636069624b48414a43
# why: registers and memory
        andnpd  %xmm0, %xmm1
        andnpd  %xmm3, %xmm2
        andnpd  0(%rdi), %xmm9
