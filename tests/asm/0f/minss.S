# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f8000013f800000bf000000bf000000 xmm1=0xffc12345c2f6e9797f8000017f800001 xmm2=0x800000007f8000017f7fffffc2f6e979 xmm3=0xff8000004f000000800000003fc00000 m64@0x40=0x00800000ffc12345 m64@0x48=0x4b000001bf000000
# out: xmm1=0xffc12345c2f6e9797f800001bf000000 xmm9=0x9f9e9d9c9b9a999897969594ffc12345 mxcsr=0x1f81
# why: registers and memory, special values
        minss   %xmm0, %xmm1
        minss   %xmm3, %xmm2
        minss   (%rdi), %xmm9
