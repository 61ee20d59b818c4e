# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x102d00000000000000000000000000000f8800000000000030da000000000000 ymm6=0x0fdc00000000000010120000000000008ffc0000000000000ff8000000000000
# why: vpaddusw, vpmaxub, vpandn, vpavgb, vpavgw, vpmulhuw: registers and memory
        .intel_syntax noprefix
        vpaddusw ymm4, ymm1, ymm3
        vpaddusw ymm6, ymm2, ymmword ptr [rdi]
        vpmaxub ymm4, ymm1, ymm3
        vpmaxub ymm6, ymm2, ymmword ptr [rdi]
        vpandn ymm4, ymm1, ymm3
        vpandn ymm6, ymm2, ymmword ptr [rdi]
        vpavgb ymm4, ymm1, ymm3
        vpavgb ymm6, ymm2, ymmword ptr [rdi]
        vpavgw ymm4, ymm1, ymm3
        vpavgw ymm6, ymm2, ymmword ptr [rdi]
        vpmulhuw ymm4, ymm1, ymm3
        vpmulhuw ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
