# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000001a1b1b1b19191b1b19191b1b1a1b1b1b ymm6=0x0000000000000000000000000000000018191b1b1b1b1b1b1b1b1b1b1b1b1b1b ymm8=0x1b191b1b1b1b1b1b03331b1b1b1b1b1b1a2b1b1b1b1b1b1b1a081b1b1b1b1b1b ymm10=0x0a191b1b0a1b1b1b0b0b1b1b0b1b1b1b1a1b1b1b19181b1b1b1b1b1b1a1b1b1b
# why: gf2p8affineqb, vgf2p8affineqb, gf2p8affineinvqb, vgf2p8affineinvqb: registers and memory
        .intel_syntax noprefix
        gf2p8affineqb xmm4, xmm1, 27
        gf2p8affineqb xmm6, xmmword ptr [rdi], 27
        vgf2p8affineqb xmm4, xmm1, xmm3, 27
        vgf2p8affineqb xmm6, xmm2, xmmword ptr [rdi], 27
        vgf2p8affineqb ymm8, ymm3, ymm1, 27
        vgf2p8affineqb ymm10, ymm0, ymmword ptr [rdi], 27
        gf2p8affineinvqb xmm4, xmm1, 27
        gf2p8affineinvqb xmm6, xmmword ptr [rdi], 27
        vgf2p8affineinvqb xmm4, xmm1, xmm3, 27
        vgf2p8affineinvqb xmm6, xmm2, xmmword ptr [rdi], 27
        vgf2p8affineinvqb ymm8, ymm3, ymm1, 27
        vgf2p8affineinvqb ymm10, ymm0, ymmword ptr [rdi], 27
        .att_syntax prefix
