# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x433000000000000147f0000000000000 xmm1=0x3ff80000000000007fefffffffffffff xmm2=0xc05edd2f1a9fbe77c05edd2f1a9fbe77 xmm3=0x41dfffffffc00000fff0000000000000 m64@0x40=0xc05edd2f1a9fbe77 m64@0x48=0x3fd5555555555555 mxcsr=0x3f80
# out: xmm1=0xffffffffffffffff0000000000000000 xmm2=0x0000000000000000ffffffffffffffff xmm9=0x00000000000000000000000000000000
# why: registers and memory, special values
        cmppd   $114, %xmm0, %xmm1
        cmppd   $5, %xmm3, %xmm2
        cmppd   $147, (%rdi), %xmm9
