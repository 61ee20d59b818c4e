# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0xbfec000040080000bf60410000010080bfdc00003ff80000c200bfc0bee08000 ymm6=0xc080c100bfc03f00c0100000bff8000040080000c00000003ffc0000c0200000
# why: vpshufb, vphaddw, vphaddd, vphaddsw, vpmaddubsw, vphsubw: registers and memory
        .intel_syntax noprefix
        vpshufb ymm4, ymm1, ymm3
        vpshufb ymm6, ymm2, ymmword ptr [rdi]
        vphaddw ymm4, ymm1, ymm3
        vphaddw ymm6, ymm2, ymmword ptr [rdi]
        vphaddd ymm4, ymm1, ymm3
        vphaddd ymm6, ymm2, ymmword ptr [rdi]
        vphaddsw ymm4, ymm1, ymm3
        vphaddsw ymm6, ymm2, ymmword ptr [rdi]
        vpmaddubsw ymm4, ymm1, ymm3
        vpmaddubsw ymm6, ymm2, ymmword ptr [rdi]
        vphsubw ymm4, ymm1, ymm3
        vphsubw ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
