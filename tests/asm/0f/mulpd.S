# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x000000000000000147f0000000000000 xmm1=0x7ff0000000000001bfe0000000000000 xmm2=0xfff8123456789abc0010000000000000 xmm3=0xc05edd2f1a9fbe778000000000000000 m64@0x40=0xc00921fb54442d18 m64@0x48=0x7fefffffffffffff mxcsr=0x9f80
# out: xmm1=0x7ff8000000000001c7e0000000000000 xmm2=0xfff8123456789abc8000000000000000 xmm9=0xdf9e9d9c9b9a999717b1bcd7b540da17 mxcsr=0x9fa1
# why: registers and memory, special values
        mulpd   %xmm0, %xmm1
        mulpd   %xmm3, %xmm2
        mulpd   (%rdi), %xmm9
