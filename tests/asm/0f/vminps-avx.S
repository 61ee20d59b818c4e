# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000040240000000000004120000080000000 ymm6=0x00000000000000000000000000000000bff80000000000004000000000000000 ymm8=0x40a00000bf00000000000001ff80000040240000000000004120000080000000 ymm10=0x3f800000c000000040400000c10000003f0000007f8000004000000000000000 mxcsr=0x1faf
# why: vminps, vminpd, vdivps, vdivpd, vmaxps, vmaxpd: registers and memory
        .intel_syntax noprefix
        vminps xmm4, xmm1, xmm3
        vminps xmm6, xmm2, xmmword ptr [rdi]
        vminps ymm8, ymm3, ymm1
        vminps ymm10, ymm0, ymmword ptr [rdi]
        vminpd xmm4, xmm1, xmm3
        vminpd xmm6, xmm2, xmmword ptr [rdi]
        vminpd ymm8, ymm3, ymm1
        vminpd ymm10, ymm0, ymmword ptr [rdi]
        vdivps xmm4, xmm1, xmm3
        vdivps xmm6, xmm2, xmmword ptr [rdi]
        vdivps ymm8, ymm3, ymm1
        vdivps ymm10, ymm0, ymmword ptr [rdi]
        vdivpd xmm4, xmm1, xmm3
        vdivpd xmm6, xmm2, xmmword ptr [rdi]
        vdivpd ymm8, ymm3, ymm1
        vdivpd ymm10, ymm0, ymmword ptr [rdi]
        vmaxps xmm4, xmm1, xmm3
        vmaxps xmm6, xmm2, xmmword ptr [rdi]
        vmaxps ymm8, ymm3, ymm1
        vmaxps ymm10, ymm0, ymmword ptr [rdi]
        vmaxpd xmm4, xmm1, xmm3
        vmaxpd xmm6, xmm2, xmmword ptr [rdi]
        vmaxpd ymm8, ymm3, ymm1
        vmaxpd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
