# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000000f8800000000000030da000000000000 ymm6=0x000000000000000000000000000000008ffc0000000000000ff8000000000000
# why: vpaddusw, vpmaxub, vpandn, vpavgb, vpavgw, vpmulhuw: registers and memory
        .intel_syntax noprefix
        vpaddusw xmm4, xmm1, xmm3
        vpaddusw xmm6, xmm2, xmmword ptr [rdi]
        vpmaxub xmm4, xmm1, xmm3
        vpmaxub xmm6, xmm2, xmmword ptr [rdi]
        vpandn xmm4, xmm1, xmm3
        vpandn xmm6, xmm2, xmmword ptr [rdi]
        vpavgb xmm4, xmm1, xmm3
        vpavgb xmm6, xmm2, xmmword ptr [rdi]
        vpavgw xmm4, xmm1, xmm3
        vpavgw xmm6, xmm2, xmmword ptr [rdi]
        vpmulhuw xmm4, xmm1, xmm3
        vpmulhuw xmm6, xmm2, xmmword ptr [rdi]
        .att_syntax prefix
