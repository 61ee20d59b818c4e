# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f800001800000003eaaaaabbf000000 xmm1=0x7f8000014b0000014f0000004b000001 xmm2=0x3f800000ff80000000800000ff800000 xmm3=0x3f800000ffc12345ffc123453eaaaaab m64@0x40=0x3eaaaaab00000001 m64@0x48=0x4f0000007f7fffff
# out: xmm1=0x7f8000014b000001bfe0000000000000 xmm2=0x3f800000ff8000003fd5555560000000 xmm9=0x9f9e9d9c9b9a999836a0000000000000 mxcsr=0x1f82
# why: registers and memory, special values
        cvtss2sd %xmm0, %xmm1
        cvtss2sd %xmm3, %xmm2
        cvtss2sd (%rdi), %xmm9
