# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3eaaaaabff800000c0490fdb00800000 xmm1=0x7f8000013fc000007f7fffffbf000000 xmm2=0xc0490fdb3eaaaaab4f0000003fc00000 xmm3=0x80000000ff8000007f8000017f800001 m64@0x40=0x7f80000100800000 m64@0x48=0xbf000000ff800000
# out: xmm1=0xff800000c0490fdb7fc000017f7fffff xmm2=0xff8000007fc00001c033ba864f000000 xmm9=0xff8000007fc000019f9f383697972826 mxcsr=0x1fa1
# why: registers and memory, special values
        haddps  %xmm0, %xmm1
        haddps  %xmm3, %xmm2
        haddps  (%rdi), %xmm9
