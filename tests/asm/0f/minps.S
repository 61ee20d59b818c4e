# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xffc1234580000000c2f6e979c0490fdb xmm1=0x3f800000c2f6e9797f8000017f800001 xmm2=0x3eaaaaab3eaaaaab4f0000003f800000 xmm3=0x4b000001c2f6e9793f8000004b000001 m64@0x40=0x3eaaaaab00000001 m64@0x48=0xff80000080000000 mxcsr=0x5f80
# out: xmm1=0xffc12345c2f6e979c2f6e979c0490fdb xmm2=0x3eaaaaabc2f6e9793f8000003f800000 xmm9=0xff8000009b9a99989796959493929190 mxcsr=0x5f83
# why: registers and memory, special values
        minps   %xmm0, %xmm1
        minps   %xmm3, %xmm2
        minps   (%rdi), %xmm9
