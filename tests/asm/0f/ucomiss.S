# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3fc0000000800000bf000000c2f6e979 xmm1=0xc2f6e9793eaaaaab4b000001ff800000 xmm2=0x7f7fffffc0490fdb00000001ffc12345 xmm3=0xbf00000000000001008000003eaaaaab m64@0x40=0x4b0000017f800001 m64@0x48=0x4b000001ffc12345 mxcsr=0x7f80
# out: cf=1 pf=1 af=0 zf=1 sf=0 of=0 mxcsr=0x7f81
# why: registers and memory, special values
        ucomiss %xmm0, %xmm1
        ucomiss %xmm3, %xmm2
        ucomiss (%rdi), %xmm9
