# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xfff8123456789abcc05edd2f1a9fbe77 xmm1=0xfff00000000000007fefffffffffffff xmm2=0x8000000000000000fff0000000000000 xmm3=0x7ff0000000000001c00921fb54442d18 m64@0x40=0x7ff0000000000001 m64@0x48=0xc05edd2f1a9fbe77
# out: xmm1=0xfff0000000000000ff8096c28e0043f2 xmm2=0x80000000000000007ff0000000000000 xmm9=0x9f9e9d9c9b9a99987ff8000000000001 mxcsr=0x1fa1
# why: registers and memory, special values
        divsd   %xmm0, %xmm1
        divsd   %xmm3, %xmm2
        divsd   (%rdi), %xmm9
