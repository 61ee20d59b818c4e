# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0xffff000000000000ffffffff0000000000000000ffff0000ffff000000000000 ymm6=0xffff00000000000000000000ffff0000ffff0000000000000000000000000000
# why: vpunpcklbw, vpunpcklwd, vpunpckldq, vpacksswb, vpcmpgtb, vpcmpgtw: registers and memory
        .intel_syntax noprefix
        vpunpcklbw ymm4, ymm1, ymm3
        vpunpcklbw ymm6, ymm2, ymmword ptr [rdi]
        vpunpcklwd ymm4, ymm1, ymm3
        vpunpcklwd ymm6, ymm2, ymmword ptr [rdi]
        vpunpckldq ymm4, ymm1, ymm3
        vpunpckldq ymm6, ymm2, ymmword ptr [rdi]
        vpacksswb ymm4, ymm1, ymm3
        vpacksswb ymm6, ymm2, ymmword ptr [rdi]
        vpcmpgtb ymm4, ymm1, ymm3
        vpcmpgtb ymm6, ymm2, ymmword ptr [rdi]
        vpcmpgtw ymm4, ymm1, ymm3
        vpcmpgtw ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
