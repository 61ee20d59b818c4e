# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000007e24000040400000ff28000080000000 ymm6=0x00000000000000000000000000000000fffc0000000000007fe0000000000000
# why: vpmullw, vpsubusb, vpsubusw, vpminub, vpand, vpaddusb: registers and memory
        .intel_syntax noprefix
        vpmullw xmm4, xmm1, xmm3
        vpmullw xmm6, xmm2, xmmword ptr [rdi]
        vpsubusb xmm4, xmm1, xmm3
        vpsubusb xmm6, xmm2, xmmword ptr [rdi]
        vpsubusw xmm4, xmm1, xmm3
        vpsubusw xmm6, xmm2, xmmword ptr [rdi]
        vpminub xmm4, xmm1, xmm3
        vpminub xmm6, xmm2, xmmword ptr [rdi]
        vpand xmm4, xmm1, xmm3
        vpand xmm6, xmm2, xmmword ptr [rdi]
        vpaddusb xmm4, xmm1, xmm3
        vpaddusb xmm6, xmm2, xmmword ptr [rdi]
        .att_syntax prefix
