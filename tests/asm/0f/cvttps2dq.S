# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x80000000c2f6e979800000007f800001 xmm1=0xff80000080000000c2f6e97900000001 xmm2=0xbf0000007f7fffff4f00000000800000 xmm3=0xbf0000004f00000000000001c0490fdb m64@0x40=0xc0490fdbc0490fdb m64@0x48=0x4f0000004f000000 mxcsr=0x3f80
# out: xmm1=0x00000000ffffff850000000080000000 xmm2=0x000000008000000000000000fffffffd xmm9=0x8000000080000000fffffffdfffffffd mxcsr=0x3fa1
# why: registers and memory, special values
        cvttps2dq %xmm0, %xmm1
        cvttps2dq %xmm3, %xmm2
        cvttps2dq (%rdi), %xmm9
