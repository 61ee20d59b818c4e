# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3f8000003fc000003f800000c2f6e979 xmm1=0xc0490fdbc2f6e979000000017f7fffff xmm2=0x00000001ffc12345bf000000bf000000 xmm3=0x3f8000004f000000ffc123454b000001 m64@0x40=0x000000017f800001 m64@0x48=0x3eaaaaab3eaaaaab
# out: xmm2=0x00000001ffc12345bf000000cb000002 xmm9=0x9f9e9d9c9b9a9998979695947fc00001 mxcsr=0x1fa1
# why: registers and memory, special values
        subss   %xmm0, %xmm1
        subss   %xmm3, %xmm2
        subss   (%rdi), %xmm9
