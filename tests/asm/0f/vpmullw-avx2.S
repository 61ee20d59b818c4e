# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x80b40000bf000000bff80001ff8000007e24000040400000ff28000080000000 ymm6=0x7eff00003f00000080480000c1000000fffc0000000000007fe0000000000000
# why: vpmullw, vpsubusb, vpsubusw, vpminub, vpand, vpaddusb: registers and memory
        .intel_syntax noprefix
        vpmullw ymm4, ymm1, ymm3
        vpmullw ymm6, ymm2, ymmword ptr [rdi]
        vpsubusb ymm4, ymm1, ymm3
        vpsubusb ymm6, ymm2, ymmword ptr [rdi]
        vpsubusw ymm4, ymm1, ymm3
        vpsubusw ymm6, ymm2, ymmword ptr [rdi]
        vpminub ymm4, ymm1, ymm3
        vpminub ymm6, ymm2, ymmword ptr [rdi]
        vpand ymm4, ymm1, ymm3
        vpand ymm6, ymm2, ymmword ptr [rdi]
        vpaddusb ymm4, ymm1, ymm3
        vpaddusb ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
