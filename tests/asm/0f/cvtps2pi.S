# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xff8000007f7fffff7f80000100000001 xmm1=0x80000000ffc123450080000000000001 xmm2=0xc2f6e979bf0000003eaaaaab3fc00000 xmm3=0xc0490fdb7f7fffffffc123453fc00000 m64@0x40=0x0000000100000001 m64@0x48=0x3f800000ff800000 mxcsr=0x9f80
# out: st0=0xffff8000000000000000 st1=0xffff8000000000000002 st2=0xffff0000000000000000 ftw=0xff mxcsr=0x9fa1
# why: registers and memory, special values
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvtps2pi %xmm0, %mm0
        cvtps2pi %xmm3, %mm1
        cvtps2pi (%rdi), %mm2
