# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000000000004120000000000000 ymm6=0x00000000000000000000000000000000bff00000000000004000000000000000 ymm8=0x4014000000000000bff00000000000004024000000000000c008000000000000 ymm10=0x00000000000000004040000000000000bff00000000000004000000000000000
# why: vpermilps, vpermilpd, vroundps, vroundpd: registers and memory
        .intel_syntax noprefix
        vpermilps xmm4, xmm1, 27
        vpermilps xmm6, xmmword ptr [rdi], 27
        vpermilps ymm8, ymm3, 27
        vpermilps ymm10, ymmword ptr [rdi], 27
        vpermilpd xmm4, xmm1, 27
        vpermilpd xmm6, xmmword ptr [rdi], 27
        vpermilpd ymm8, ymm3, 27
        vpermilpd ymm10, ymmword ptr [rdi], 27
        vroundps xmm4, xmm1, 27
        vroundps xmm6, xmmword ptr [rdi], 27
        vroundps ymm8, ymm3, 27
        vroundps ymm10, ymmword ptr [rdi], 27
        vroundpd xmm4, xmm1, 27
        vroundpd xmm6, xmmword ptr [rdi], 27
        vroundpd ymm8, ymm3, 27
        vroundpd ymm10, ymmword ptr [rdi], 27
        .att_syntax prefix
