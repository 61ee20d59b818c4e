# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3eaaaaab4f0000003fc000007f7fffff xmm1=0x7f8000013eaaaaab3eaaaaab00800000 xmm2=0xc0490fdb4f000000c2f6e97900000001 xmm3=0x3fc00000800000003eaaaaab4b000001 m64@0x40=0x4b0000013eaaaaab m64@0x48=0x80000000ffc12345 mxcsr=0x9f80
# out: xmm1=0x7fc000012f2aaaab3e638e3900000000 xmm2=0xc0060a92ff800000c3b92f1a00000000 xmm9=0x7f800000ffc123458c169593945bda58 mxcsr=0x9fb7
# why: registers and memory, special values
        divps   %xmm0, %xmm1
        divps   %xmm3, %xmm2
        divps   (%rdi), %xmm9
