# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xff8000003eaaaaab3fc000003eaaaaab xmm1=0x7f7fffffff8000003f800000ffc12345 xmm2=0x80000000ffc12345800000003eaaaaab xmm3=0xc0490fdbbf000000ffc12345c2f6e979 m64@0x40=0x000000014b000001 m64@0x48=0x800000007f800001 mxcsr=0x9fc0
# out: xmm1=0x7f800000bf955555ff800000ffc12345 xmm2=0x40290fdbffc12345ffc123453eaaaaab xmm9=0x7fc000014b0000011f9e030217960302 mxcsr=0x9fe1
# why: registers and memory, special values
        hsubps  %xmm0, %xmm1
        hsubps  %xmm3, %xmm2
        hsubps  (%rdi), %xmm9
