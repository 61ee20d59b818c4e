# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x00000000000000000000000000000000401c0000000000004120000080000004 ymm6=0x000000000000000000000000000000003fe0000000000000c000000000000000 ymm8=0x40a00000bf000000400c0000000000004120000080000004401c000000000000 ymm10=0x40400100c103f00040400100408c00003fe0000000000000c1200000befc0000 mxcsr=0x1fa2
# why: vpunpcklqdq, vpunpckhqdq, vpcmpeqb, vpcmpeqw, vpcmpeqd, vhaddpd: registers and memory
        .intel_syntax noprefix
        vpunpcklqdq xmm4, xmm1, xmm3
        vpunpcklqdq xmm6, xmm2, xmmword ptr [rdi]
        vpunpckhqdq xmm4, xmm1, xmm3
        vpunpckhqdq xmm6, xmm2, xmmword ptr [rdi]
        vpcmpeqb xmm4, xmm1, xmm3
        vpcmpeqb xmm6, xmm2, xmmword ptr [rdi]
        vpcmpeqw xmm4, xmm1, xmm3
        vpcmpeqw xmm6, xmm2, xmmword ptr [rdi]
        vpcmpeqd xmm4, xmm1, xmm3
        vpcmpeqd xmm6, xmm2, xmmword ptr [rdi]
        vhaddpd xmm4, xmm1, xmm3
        vhaddpd xmm6, xmm2, xmmword ptr [rdi]
        vhaddpd ymm8, ymm3, ymm1
        vhaddpd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
