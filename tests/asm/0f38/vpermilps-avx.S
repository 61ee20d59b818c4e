# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000000000000000000000ffffffffffffffff ymm6=0x00000000000000000000000000000000ffffffffffffffff0000000000000000 ymm8=0xbff8000000000000bff8000000000000c008000000000000c008000000000000 ymm10=0x40400000408000004040000040800000c1200000bf000000c1200000bf000000
# why: vpermilps, vpermilpd, vpmuldq, vpcmpeqq, vpackusdw, vpcmpgtq: registers and memory
        .intel_syntax noprefix
        vpermilps xmm4, xmm1, xmm3
        vpermilps xmm6, xmm2, xmmword ptr [rdi]
        vpermilps ymm8, ymm3, ymm1
        vpermilps ymm10, ymm0, ymmword ptr [rdi]
        vpermilpd xmm4, xmm1, xmm3
        vpermilpd xmm6, xmm2, xmmword ptr [rdi]
        vpermilpd ymm8, ymm3, ymm1
        vpermilpd ymm10, ymm0, ymmword ptr [rdi]
        vpmuldq xmm4, xmm1, xmm3
        vpmuldq xmm6, xmm2, xmmword ptr [rdi]
        vpcmpeqq xmm4, xmm1, xmm3
        vpcmpeqq xmm6, xmm2, xmmword ptr [rdi]
        vpackusdw xmm4, xmm1, xmm3
        vpackusdw xmm6, xmm2, xmmword ptr [rdi]
        vpcmpgtq xmm4, xmm1, xmm3
        vpcmpgtq xmm6, xmm2, xmmword ptr [rdi]
        .att_syntax prefix
