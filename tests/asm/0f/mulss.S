# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x008000007f7fffffc0490fdbc2f6e979 xmm1=0x3eaaaaab000000013fc000003fc00000 xmm2=0x008000007f7fffffffc12345c0490fdb xmm3=0x3f8000003fc000003fc000003eaaaaab m64@0x40=0x4b0000013f800000 m64@0x48=0x3f80000000800000 mxcsr=0x3f80
# out: xmm1=0x3eaaaaab000000013fc00000c3392f1b xmm2=0x008000007f7fffffffc12345bf860a93 mxcsr=0x3fa0
# why: registers and memory, special values
        mulss   %xmm0, %xmm1
        mulss   %xmm3, %xmm2
        mulss   (%rdi), %xmm9
