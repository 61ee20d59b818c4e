# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x40a0000000000000000000010000000040240000404000004120000000000000 ymm6=0x3ff000003f0000004040000000000000c0040000000000004000000000000000
# why: vpminsb, vpminsd, vpminuw, vpminud, vpmaxsb, vpmaxsd: registers and memory
        .intel_syntax noprefix
        vpminsb ymm4, ymm1, ymm3
        vpminsb ymm6, ymm2, ymmword ptr [rdi]
        vpminsd ymm4, ymm1, ymm3
        vpminsd ymm6, ymm2, ymmword ptr [rdi]
        vpminuw ymm4, ymm1, ymm3
        vpminuw ymm6, ymm2, ymmword ptr [rdi]
        vpminud ymm4, ymm1, ymm3
        vpminud ymm6, ymm2, ymmword ptr [rdi]
        vpmaxsb ymm4, ymm1, ymm3
        vpmaxsb ymm6, ymm2, ymmword ptr [rdi]
        vpmaxsd ymm4, ymm1, ymm3
        vpmaxsd ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
