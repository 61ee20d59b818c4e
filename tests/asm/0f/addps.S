# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f7fffff7f7fffff4b00000180000000 xmm1=0xc2f6e9794b0000013fc000003fc00000 xmm2=0xff800000c2f6e9790080000080000000 xmm3=0x3f8000004f0000004b0000014f000000 m64@0x40=0x3fc0000080000000 m64@0x48=0xbf00000080000000
# out: xmm1=0x7f7fffff7f7fffff4b0000023fc00000 xmm2=0xff8000004effffff4b0000014f000000 xmm9=0xbf0000009b9a99983fc0000093929190 mxcsr=0x1fa0
# why: registers and memory, special values
        addps   %xmm0, %xmm1
        addps   %xmm3, %xmm2
        addps   (%rdi), %xmm9
