# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000404000000000000080000000 ymm6=0x00000000000000000000000000000000ffffffff000000000000000000000000 ymm8=0x0000000000000000dffc0000000000000000000000000000ffffffff00000000 ymm10=0x00000000ffffffff0000000000000000000000007f800000ffffffffbf000000
# why: vpmaxuw, vpmaxud, vpmulld, vpsrlvd, vpsrlvq, vpsravd: registers and memory
        .intel_syntax noprefix
        vpmaxuw ymm4, ymm1, ymm3
        vpmaxuw ymm6, ymm2, ymmword ptr [rdi]
        vpmaxud ymm4, ymm1, ymm3
        vpmaxud ymm6, ymm2, ymmword ptr [rdi]
        vpmulld ymm4, ymm1, ymm3
        vpmulld ymm6, ymm2, ymmword ptr [rdi]
        vpsrlvd xmm4, xmm1, xmm3
        vpsrlvd xmm6, xmm2, xmmword ptr [rdi]
        vpsrlvd ymm8, ymm3, ymm1
        vpsrlvd ymm10, ymm0, ymmword ptr [rdi]
        vpsrlvq xmm4, xmm1, xmm3
        vpsrlvq xmm6, xmm2, xmmword ptr [rdi]
        vpsrlvq ymm8, ymm3, ymm1
        vpsrlvq ymm10, ymm0, ymmword ptr [rdi]
        vpsravd xmm4, xmm1, xmm3
        vpsravd xmm6, xmm2, xmmword ptr [rdi]
        vpsravd ymm8, ymm3, ymm1
        vpsravd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
