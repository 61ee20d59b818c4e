# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3f800000ff800000800000003eaaaaab xmm1=0x4f000000c0490fdb3eaaaaabc2f6e979 xmm2=0x008000003fc00000ffc123457f7fffff xmm3=0x3fc000003f800000bf000000ffc12345 m64@0x40=0x4b0000017f7fffff m64@0x48=0xc0490fdbff800000 mxcsr=0x7f80
# out: xmm1=0x3f800000ffc00000800000003f13cd3a xmm2=0x3f9cc4703f800000ffc00000ffc12345 xmm9=0xffc00000ffc00000453504f35f7fffff mxcsr=0x7fa1
# why: registers and memory, special values
        sqrtps  %xmm0, %xmm1
        sqrtps  %xmm3, %xmm2
        sqrtps  (%rdi), %xmm9
