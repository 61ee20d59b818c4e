# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000007e240000404000008128000080000000 ymm6=0x000000000000000000000000000000007ffc0000000000007fe0000000000000 ymm8=0x00b40000bf000000bff80001ff8000007e240000404000008128000080000000 ymm10=0x00000000ff000000000000008180000080f800007f80000081200000bf000000
# why: vandnps, vandnpd, vorps, vorpd, vxorps, vxorpd: registers and memory
        .intel_syntax noprefix
        vandnps xmm4, xmm1, xmm3
        vandnps xmm6, xmm2, xmmword ptr [rdi]
        vandnps ymm8, ymm3, ymm1
        vandnps ymm10, ymm0, ymmword ptr [rdi]
        vandnpd xmm4, xmm1, xmm3
        vandnpd xmm6, xmm2, xmmword ptr [rdi]
        vandnpd ymm8, ymm3, ymm1
        vandnpd ymm10, ymm0, ymmword ptr [rdi]
        vorps xmm4, xmm1, xmm3
        vorps xmm6, xmm2, xmmword ptr [rdi]
        vorps ymm8, ymm3, ymm1
        vorps ymm10, ymm0, ymmword ptr [rdi]
        vorpd xmm4, xmm1, xmm3
        vorpd xmm6, xmm2, xmmword ptr [rdi]
        vorpd ymm8, ymm3, ymm1
        vorpd ymm10, ymm0, ymmword ptr [rdi]
        vxorps xmm4, xmm1, xmm3
        vxorps xmm6, xmm2, xmmword ptr [rdi]
        vxorps ymm8, ymm3, ymm1
        vxorps ymm10, ymm0, ymmword ptr [rdi]
        vxorpd xmm4, xmm1, xmm3
        vxorpd xmm6, xmm2, xmmword ptr [rdi]
        vxorpd ymm8, ymm3, ymm1
        vxorpd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
