# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xfff0000000000000c05edd2f1a9fbe77 xmm1=0x0010000000000000bfe0000000000000 xmm2=0x7fefffffffffffff3ff0000000000000 xmm3=0x3fd55555555555558000000000000000 m64@0x40=0xfff8123456789abc m64@0x48=0x47f0000000000000 mxcsr=0x7f80
# out: xmm1=0x0010000000000000bfe00000c2f6e978 xmm2=0x7fefffffffffffff3ff0000080000000 xmm9=0x9f9e9d9c9b9a999897969594ffc091a2 mxcsr=0x7fa0
# why: registers and memory, special values
        cvtsd2ss %xmm0, %xmm1
        cvtsd2ss %xmm3, %xmm2
        cvtsd2ss (%rdi), %xmm9
