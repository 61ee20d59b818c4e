# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f7fffff800000003eaaaaabbf000000 xmm1=0xff800000c0490fdbbf0000007f7fffff xmm2=0xc2f6e979bf0000000080000000800000 xmm3=0x7f800001bf0000003f800000ffc12345 m64@0x40=0x4f000000c0490fdb m64@0x48=0xc2f6e97900000001
# out: xmm1=0xff800000c0490fdbbf000000ff800000 xmm2=0xc2f6e979bf00000000800000ffc12345 xmm9=0x9f9e9d9c9b9a99989796959412ba9df0 mxcsr=0x1fa8
# why: registers and memory, special values
        divss   %xmm0, %xmm1
        divss   %xmm3, %xmm2
        divss   (%rdi), %xmm9
