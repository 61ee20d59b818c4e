# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x8000000000000000bfe0000000000000 xmm1=0x3ff8000000000000bfe0000000000000 xmm2=0x7fefffffffffffff7fefffffffffffff xmm3=0x80000000000000003ff8000000000000 m64@0x40=0xc00921fb54442d18 m64@0x48=0x3ff8000000000000 mxcsr=0x9f80
# out: xmm1=0x3ff80000000000003fd0000000000000 xmm2=0x7fefffffffffffff7ff0000000000000 xmm9=0x9f9e9d9c9b9a999817b1bcd7b540da17 mxcsr=0x9fa8
# why: registers and memory, special values
        mulsd   %xmm0, %xmm1
        mulsd   %xmm3, %xmm2
        mulsd   (%rdi), %xmm9
