# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000000000004000000000000000 ymm6=0x0000000000000000000000000000000080000000000000000000000000000000 ymm8=0x4000000000000000000000000000000000000000000000004000000000000000 ymm10=0x3f8000000000000040400000400000003f000000000000004000000000000000
# why: vunpcklps, vunpcklpd, vunpckhps, vunpckhpd, vandps, vandpd: registers and memory
        .intel_syntax noprefix
        vunpcklps xmm4, xmm1, xmm3
        vunpcklps xmm6, xmm2, xmmword ptr [rdi]
        vunpcklps ymm8, ymm3, ymm1
        vunpcklps ymm10, ymm0, ymmword ptr [rdi]
        vunpcklpd xmm4, xmm1, xmm3
        vunpcklpd xmm6, xmm2, xmmword ptr [rdi]
        vunpcklpd ymm8, ymm3, ymm1
        vunpcklpd ymm10, ymm0, ymmword ptr [rdi]
        vunpckhps xmm4, xmm1, xmm3
        vunpckhps xmm6, xmm2, xmmword ptr [rdi]
        vunpckhps ymm8, ymm3, ymm1
        vunpckhps ymm10, ymm0, ymmword ptr [rdi]
        vunpckhpd xmm4, xmm1, xmm3
        vunpckhpd xmm6, xmm2, xmmword ptr [rdi]
        vunpckhpd ymm8, ymm3, ymm1
        vunpckhpd ymm10, ymm0, ymmword ptr [rdi]
        vandps xmm4, xmm1, xmm3
        vandps xmm6, xmm2, xmmword ptr [rdi]
        vandps ymm8, ymm3, ymm1
        vandps ymm10, ymm0, ymmword ptr [rdi]
        vandpd xmm4, xmm1, xmm3
        vandpd xmm6, xmm2, xmmword ptr [rdi]
        vandpd ymm8, ymm3, ymm1
        vandpd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
