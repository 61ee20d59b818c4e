# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x7fb40000bf000000bff80001ff8000007e240000404000000128000080000000 ymm6=0x7e8000003f0000007f480000c100000080fc0000000000007fe0000000000000
# why: vpmulhw, vpsubsb, vpsubsw, vpminsw, vpor, vpaddsb: registers and memory
        .intel_syntax noprefix
        vpmulhw ymm4, ymm1, ymm3
        vpmulhw ymm6, ymm2, ymmword ptr [rdi]
        vpsubsb ymm4, ymm1, ymm3
        vpsubsb ymm6, ymm2, ymmword ptr [rdi]
        vpsubsw ymm4, ymm1, ymm3
        vpsubsw ymm6, ymm2, ymmword ptr [rdi]
        vpminsw ymm4, ymm1, ymm3
        vpminsw ymm6, ymm2, ymmword ptr [rdi]
        vpor ymm4, ymm1, ymm3
        vpor ymm6, ymm2, ymmword ptr [rdi]
        vpaddsb ymm4, ymm1, ymm3
        vpaddsb ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
