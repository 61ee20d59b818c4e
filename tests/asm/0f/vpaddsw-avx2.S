# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000014b000000000000033700000000000000a60000000000000117 ymm6=0x00000000000000af00000000000000f900000000000000f500000000000000e1
# why: vpaddsw, vpmaxsw, vpxor, vpmuludq, vpmaddwd, vpsadbw: registers and memory
        .intel_syntax noprefix
        vpaddsw ymm4, ymm1, ymm3
        vpaddsw ymm6, ymm2, ymmword ptr [rdi]
        vpmaxsw ymm4, ymm1, ymm3
        vpmaxsw ymm6, ymm2, ymmword ptr [rdi]
        vpxor ymm4, ymm1, ymm3
        vpxor ymm6, ymm2, ymmword ptr [rdi]
        vpmuludq ymm4, ymm1, ymm3
        vpmuludq ymm6, ymm2, ymmword ptr [rdi]
        vpmaddwd ymm4, ymm1, ymm3
        vpmaddwd ymm6, ymm2, ymmword ptr [rdi]
        vpsadbw ymm4, ymm1, ymm3
        vpsadbw ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
