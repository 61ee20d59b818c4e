# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x80000000c2f6e979bf00000080000000 xmm1=0xffc123453f8000004b0000013eaaaaab xmm2=0x7f800001c0490fdb3fc000003eaaaaab xmm3=0x3eaaaaab000000013eaaaaab4f000000 m64@0x40=0xc0490fdbff800000 m64@0x48=0xc2f6e9793fc00000 mxcsr=0x9fc0
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000ffffffffffffffffffffffff xmm9=0x00000000000000000000000000000000 mxcsr=0x9fc1
# why: registers and memory, special values
        cmpps   $2, %xmm0, %xmm1
        cmpps   $7, %xmm3, %xmm2
        cmpps   $27, (%rdi), %xmm9
