# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x008000007f7fffffff8000003eaaaaab xmm1=0x3fc00000c0490fdb3eaaaaabbf000000 xmm2=0x4f0000004b0000017f800001bf000000 xmm3=0xc0490fdb7f7fffff3f800000c0490fdb m64@0x40=0xc2f6e97900000001 m64@0x48=0xff80000000800000 mxcsr=0x9fc0
# out: xmm1=0x3fc00000c0490fdb3eaaaaabbe2aaaaa xmm2=0x4f0000004b0000017f800001c0690fdb
# why: registers and memory, special values
        addss   %xmm0, %xmm1
        addss   %xmm3, %xmm2
        addss   (%rdi), %xmm9
