# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3ff80000000000000010000000000000 xmm1=0xfff8123456789abcc05edd2f1a9fbe77 xmm2=0x3fd55555555555557fefffffffffffff xmm3=0xbfe00000000000007ff0000000000001 m64@0x40=0x41dfffffffc00000 m64@0x48=0x7ff0000000000001
# out: xmm1=0x3ff3988e1409212e2000000000000000 xmm2=0xfff80000000000007ff8000000000001 xmm9=0x7ff800000000000140e6a09e66689b2e mxcsr=0x1fa1
# why: registers and memory, special values
        sqrtpd  %xmm0, %xmm1
        sqrtpd  %xmm3, %xmm2
        sqrtpd  (%rdi), %xmm9
