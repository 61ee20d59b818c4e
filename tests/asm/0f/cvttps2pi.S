# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xc2f6e979bf000000800000004b000001 xmm1=0xffc12345ffc123457f7fffffc0490fdb xmm2=0xff800000bf0000008000000000000001 xmm3=0x7f800001bf000000ff8000004f000000 m64@0x40=0x7f8000013f800000 m64@0x48=0x000000017f7fffff mxcsr=0x5f80
# out: st0=0xffff0000000000800001 st1=0xffff8000000080000000 st2=0xffff8000000000000001 ftw=0xff mxcsr=0x5f81
# why: registers and memory, special values
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvttps2pi %xmm0, %mm0
        cvttps2pi %xmm3, %mm1
        cvttps2pi (%rdi), %mm2
