# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xc05edd2f1a9fbe774330000000000001 xmm1=0xbfe00000000000004330000000000001 xmm2=0x3ff00000000000003ff0000000000000 xmm3=0xc05edd2f1a9fbe773ff8000000000000 m64@0x40=0x7fefffffffffffff m64@0x48=0x3fd5555555555555 mxcsr=0x3f80
# out: xmm1=0xbfe00000000000004340000000000001 xmm2=0x3ff00000000000004004000000000000 xmm9=0x9f9e9d9c9b9a99987feffffffffffffe mxcsr=0x3fa0
# why: registers and memory, special values
        addsd   %xmm0, %xmm1
        addsd   %xmm3, %xmm2
        addsd   (%rdi), %xmm9
