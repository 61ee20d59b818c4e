# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3ff00000000000007fefffffffffffff xmm1=0x3ff0000000000000bfe0000000000000 xmm2=0x00000000000000018000000000000000 xmm3=0xc00921fb54442d18c00921fb54442d18 m64@0x40=0x41dfffffffc00000 m64@0x48=0x0000000000000001 mxcsr=0x5f80
# out: xmm2=0x0000000000000001c00921fb54442d18
# why: registers and memory, special values
        minsd   %xmm0, %xmm1
        minsd   %xmm3, %xmm2
        minsd   (%rdi), %xmm9
