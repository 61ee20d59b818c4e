# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0xffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff ymm6=0xffffffffffffffff0000000000000000ffffffffffffffff0000000000000000
# why: vpermps, vpmuldq, vpcmpeqq, vpackusdw, vpermd, vpcmpgtq: registers and memory
        .intel_syntax noprefix
        vpermps ymm4, ymm1, ymm3
        vpermps ymm6, ymm2, ymmword ptr [rdi]
        vpmuldq ymm4, ymm1, ymm3
        vpmuldq ymm6, ymm2, ymmword ptr [rdi]
        vpcmpeqq ymm4, ymm1, ymm3
        vpcmpeqq ymm6, ymm2, ymmword ptr [rdi]
        vpackusdw ymm4, ymm1, ymm3
        vpackusdw ymm6, ymm2, ymmword ptr [rdi]
        vpermd ymm4, ymm1, ymm3
        vpermd ymm6, ymm2, ymmword ptr [rdi]
        vpcmpgtq ymm4, ymm1, ymm3
        vpcmpgtq ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
