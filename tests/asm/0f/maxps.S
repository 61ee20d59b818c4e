# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x800000007f7fffff800000003f800000 xmm1=0x00800000bf0000003eaaaaab7f7fffff xmm2=0x00800000000000013f80000000800000 xmm3=0x008000003fc000003fc000003eaaaaab m64@0x40=0x3eaaaaab00800000 m64@0x48=0xc2f6e97900000001
# out: xmm1=0x008000007f7fffff3eaaaaab7f7fffff xmm2=0x008000003fc000003fc000003eaaaaab xmm9=0x9f9e9d9c000000013eaaaaab00800000 mxcsr=0x1f82
# why: registers and memory, special values
        maxps   %xmm0, %xmm1
        maxps   %xmm3, %xmm2
        maxps   (%rdi), %xmm9
