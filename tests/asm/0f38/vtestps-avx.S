# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: vtestps, vtestpd, vptest: registers and memory
        .intel_syntax noprefix
        vtestps xmm4, xmm1
        vtestps xmm6, xmmword ptr [rdi]
        vtestps ymm8, ymm3
        vtestps ymm10, ymmword ptr [rdi]
        vtestpd xmm4, xmm1
        vtestpd xmm6, xmmword ptr [rdi]
        vtestpd ymm8, ymm3
        vtestpd ymm10, ymmword ptr [rdi]
        vptest xmm4, xmm1
        vptest xmm6, xmmword ptr [rdi]
        vptest ymm8, ymm3
        vptest ymm10, ymmword ptr [rdi]
        .att_syntax prefix
