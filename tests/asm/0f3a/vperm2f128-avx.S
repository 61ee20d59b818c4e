# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000000000000000000000000000 ymm6=0x0000000000000000000000000000000000000000000000000000000000000000 ymm8=0xffc0000000000000ffc00000ffc0000000000000000000000000000000000000 ymm10=0xc200000000000000c2000000c200000000000000000000000000000000000000 mxcsr=0x1f81
# why: vperm2f128, vblendps, vblendpd, vpblendw, vpalignr, vdpps: registers and memory
        .intel_syntax noprefix
        vperm2f128 ymm4, ymm1, ymm3, 27
        vperm2f128 ymm6, ymm2, ymmword ptr [rdi], 27
        vblendps xmm4, xmm1, xmm3, 27
        vblendps xmm6, xmm2, xmmword ptr [rdi], 27
        vblendps ymm8, ymm3, ymm1, 27
        vblendps ymm10, ymm0, ymmword ptr [rdi], 27
        vblendpd xmm4, xmm1, xmm3, 27
        vblendpd xmm6, xmm2, xmmword ptr [rdi], 27
        vblendpd ymm8, ymm3, ymm1, 27
        vblendpd ymm10, ymm0, ymmword ptr [rdi], 27
        vpblendw xmm4, xmm1, xmm3, 27
        vpblendw xmm6, xmm2, xmmword ptr [rdi], 27
        vpalignr xmm4, xmm1, xmm3, 27
        vpalignr xmm6, xmm2, xmmword ptr [rdi], 27
        vdpps xmm4, xmm1, xmm3, 27
        vdpps xmm6, xmm2, xmmword ptr [rdi], 27
        vdpps ymm8, ymm3, ymm1, 27
        vdpps ymm10, ymm0, ymmword ptr [rdi], 27
        .att_syntax prefix
