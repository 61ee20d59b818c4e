# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000040240000000000003e00000040400000 ymm6=0x00000000000000000000000000000000bff8000000000000c004000000000000 ymm8=0x40a00000bf000000bff80000000000003e000000404000004024000000000000 ymm10=0x3f8000003f0000004040000040800000bff80000000000003f0000007f800000 mxcsr=0x1f82
# why: vcmpps, vcmppd, vshufps, vshufpd: registers and memory
        .intel_syntax noprefix
        vcmpps xmm4, xmm1, xmm3, 27
        vcmpps xmm6, xmm2, xmmword ptr [rdi], 27
        vcmpps ymm8, ymm3, ymm1, 27
        vcmpps ymm10, ymm0, ymmword ptr [rdi], 27
        vcmppd xmm4, xmm1, xmm3, 27
        vcmppd xmm6, xmm2, xmmword ptr [rdi], 27
        vcmppd ymm8, ymm3, ymm1, 27
        vcmppd ymm10, ymm0, ymmword ptr [rdi], 27
        vshufps xmm4, xmm1, xmm3, 27
        vshufps xmm6, xmm2, xmmword ptr [rdi], 27
        vshufps ymm8, ymm3, ymm1, 27
        vshufps ymm10, ymm0, ymmword ptr [rdi], 27
        vshufpd xmm4, xmm1, xmm3, 27
        vshufpd xmm6, xmm2, xmmword ptr [rdi], 27
        vshufpd ymm8, ymm3, ymm1, 27
        vshufpd ymm10, ymm0, ymmword ptr [rdi], 27
        .att_syntax prefix
