# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x4f000000800000004b000001c2f6e979 xmm1=0xff8000004f0000007f7fffff4f000000 xmm2=0x7f8000013eaaaaab7f7fffff4f000000 xmm3=0xc0490fdb7f800001c0490fdb80000000 m64@0x40=0x3eaaaaab00000001 m64@0x48=0x3f8000003f800000 mxcsr=0x1fc0
# out: xmm1=0xff8000004f0000007f7fffffffc00000 xmm2=0x7f8000013eaaaaab7f7fffff80000000 xmm9=0x9f9e9d9c9b9a99989796959400000000 mxcsr=0x1fc1
# why: registers and memory, special values
        sqrtss  %xmm0, %xmm1
        sqrtss  %xmm3, %xmm2
        sqrtss  (%rdi), %xmm9
