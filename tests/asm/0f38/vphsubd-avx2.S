# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x205a00000000000000000000000000001f11000000000000df74000000000000 ymm6=0x1fb8000000000000202400000000000020020000000000001ff0000000000000
# why: vphsubd, vphsubsw, vpsignb, vpsignw, vpsignd, vpmulhrsw: registers and memory
        .intel_syntax noprefix
        vphsubd ymm4, ymm1, ymm3
        vphsubd ymm6, ymm2, ymmword ptr [rdi]
        vphsubsw ymm4, ymm1, ymm3
        vphsubsw ymm6, ymm2, ymmword ptr [rdi]
        vpsignb ymm4, ymm1, ymm3
        vpsignb ymm6, ymm2, ymmword ptr [rdi]
        vpsignw ymm4, ymm1, ymm3
        vpsignw ymm6, ymm2, ymmword ptr [rdi]
        vpsignd ymm4, ymm1, ymm3
        vpsignd ymm6, ymm2, ymmword ptr [rdi]
        vpmulhrsw ymm4, ymm1, ymm3
        vpmulhrsw ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
