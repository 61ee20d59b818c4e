# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f800001000000014f0000003f800000 xmm1=0x7f7fffffff8000007f7fffffbf000000 xmm2=0x000000017f7fffffc2f6e979ff800000 xmm3=0x4f0000007f800001c2f6e97900800000 m64@0x40=0x3fc00000c0490fdb m64@0x48=0x7f7fffff3eaaaaab mxcsr=0x1fc0
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: registers and memory, special values
        comiss  %xmm0, %xmm1
        comiss  %xmm3, %xmm2
        comiss  (%rdi), %xmm9
