# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xfff8123456789abc4330000000000001 xmm1=0x3ff000000000000041dfffffffc00000 xmm2=0xfff8123456789abc0000000000000001 xmm3=0xc05edd2f1a9fbe777fefffffffffffff m64@0x40=0xc05edd2f1a9fbe77 m64@0x48=0x3ff8000000000000
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 mxcsr=0x1f82
# why: registers and memory, special values
        ucomisd %xmm0, %xmm1
        ucomisd %xmm3, %xmm2
        ucomisd (%rdi), %xmm9
