# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x4f00000000000001ffc12345ffc12345 xmm1=0x3fc00000000000013fc000004b000001 xmm2=0x7f7fffffbf000000ffc123453f800000 xmm3=0x3f800000bf00000080000000c0490fdb m64@0x40=0x3eaaaaab3f800000 m64@0x48=0x4f0000004b000001
# out: xmm1=0x4f40000000000000ffc12345ffc12345 xmm2=0x7f7fffff3e800000ffc12345c0490fdb xmm9=0xaf1e9d9ca71a999996c8c77093929190 mxcsr=0x1fb2
# why: registers and memory, special values
        mulps   %xmm0, %xmm1
        mulps   %xmm3, %xmm2
        mulps   (%rdi), %xmm9
