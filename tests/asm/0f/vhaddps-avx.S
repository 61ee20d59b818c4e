# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000007e240000404000000128000080000000 ymm6=0x000000000000000000000000000000007ffc0000000000007fe0000000000000 ymm8=0x40ea00003f000000bff800007f800000402c0000c040000040fc000000000000 ymm10=0x40000000c020000040c0000041400000bfb800007f800000c1000000bf000000 mxcsr=0x1fa2
# why: vhaddps, vhsubpd, vhsubps, vaddsubpd, vaddsubps, vpaddq: registers and memory
        .intel_syntax noprefix
        vhaddps xmm4, xmm1, xmm3
        vhaddps xmm6, xmm2, xmmword ptr [rdi]
        vhaddps ymm8, ymm3, ymm1
        vhaddps ymm10, ymm0, ymmword ptr [rdi]
        vhsubpd xmm4, xmm1, xmm3
        vhsubpd xmm6, xmm2, xmmword ptr [rdi]
        vhsubpd ymm8, ymm3, ymm1
        vhsubpd ymm10, ymm0, ymmword ptr [rdi]
        vhsubps xmm4, xmm1, xmm3
        vhsubps xmm6, xmm2, xmmword ptr [rdi]
        vhsubps ymm8, ymm3, ymm1
        vhsubps ymm10, ymm0, ymmword ptr [rdi]
        vaddsubpd xmm4, xmm1, xmm3
        vaddsubpd xmm6, xmm2, xmmword ptr [rdi]
        vaddsubpd ymm8, ymm3, ymm1
        vaddsubpd ymm10, ymm0, ymmword ptr [rdi]
        vaddsubps xmm4, xmm1, xmm3
        vaddsubps xmm6, xmm2, xmmword ptr [rdi]
        vaddsubps ymm8, ymm3, ymm1
        vaddsubps ymm10, ymm0, ymmword ptr [rdi]
        vpaddq xmm4, xmm1, xmm3
        vpaddq xmm6, xmm2, xmmword ptr [rdi]
        .att_syntax prefix
