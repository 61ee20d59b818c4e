# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3f8000004f000000ff8000007f800001 xmm1=0xff80000080000000008000007f800001 xmm2=0x7f8000017f7fffff7f7fffff7f7fffff xmm3=0x008000003eaaaaab4b0000013fc00000 m64@0x40=0x4b0000013f800000 m64@0x48=0xc2f6e9797f800001
# out: xmm1=0xff800000cf000000ff8000007fc00001 xmm2=0x7fc000017f7fffff7f7fffff7f7fffff xmm9=0xc2f6e9797fc000014b000001bf800000 mxcsr=0x1fa1
# why: registers and memory, special values
        addsubps %xmm0, %xmm1
        addsubps %xmm3, %xmm2
        addsubps (%rdi), %xmm9
