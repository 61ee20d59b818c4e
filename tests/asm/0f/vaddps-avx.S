# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x00000000000000000000000000000000c023fffffffc00004120000680000000 ymm6=0x00000000000000000000000000000000bff0000000000000bff8000000000000 ymm8=0xc09fec017e000000bff80000000000004023fffffffc0000c120000680000000 ymm10=0x3e30200000000000bef01000000000003ff800200000ff00c1200004bf000000 mxcsr=0x1fb3
# why: vaddps, vaddpd, vmulps, vmulpd, vsubps, vsubpd: registers and memory
        .intel_syntax noprefix
        vaddps xmm4, xmm1, xmm3
        vaddps xmm6, xmm2, xmmword ptr [rdi]
        vaddps ymm8, ymm3, ymm1
        vaddps ymm10, ymm0, ymmword ptr [rdi]
        vaddpd xmm4, xmm1, xmm3
        vaddpd xmm6, xmm2, xmmword ptr [rdi]
        vaddpd ymm8, ymm3, ymm1
        vaddpd ymm10, ymm0, ymmword ptr [rdi]
        vmulps xmm4, xmm1, xmm3
        vmulps xmm6, xmm2, xmmword ptr [rdi]
        vmulps ymm8, ymm3, ymm1
        vmulps ymm10, ymm0, ymmword ptr [rdi]
        vmulpd xmm4, xmm1, xmm3
        vmulpd xmm6, xmm2, xmmword ptr [rdi]
        vmulpd ymm8, ymm3, ymm1
        vmulpd ymm10, ymm0, ymmword ptr [rdi]
        vsubps xmm4, xmm1, xmm3
        vsubps xmm6, xmm2, xmmword ptr [rdi]
        vsubps ymm8, ymm3, ymm1
        vsubps ymm10, ymm0, ymmword ptr [rdi]
        vsubpd xmm4, xmm1, xmm3
        vsubpd xmm6, xmm2, xmmword ptr [rdi]
        vsubpd ymm8, ymm3, ymm1
        vsubpd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
