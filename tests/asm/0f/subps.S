# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x800000004f000000ffc12345ff800000 xmm1=0x7f80000100000001ff8000003fc00000 xmm2=0x000000013f800000ff800000ffc12345 xmm3=0x3fc0000000000001ffc12345ffc12345 m64@0x40=0x80000000c0490fdb m64@0x48=0x3eaaaaab3f800000 mxcsr=0x1fc0
# out: xmm1=0x7fc00001cf000000ffc123457f800000 xmm2=0xbfc000003f800000ffc12345ffc12345 xmm9=0xbeaaaaabbf8000009796959440490fdb mxcsr=0x1fe1
# why: registers and memory, special values
        subps   %xmm0, %xmm1
        subps   %xmm3, %xmm2
        subps   (%rdi), %xmm9
