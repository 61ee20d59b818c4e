# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0xffffffffffffff80000000000000000000000000000000000000000000000000 ymm6=0x0000000000000000000000000000000000000000000000000000000000000000
# why: vpabsb, vpabsw, vpabsd, vpmovsxbw, vpmovsxbd, vpmovsxbq: registers and memory
        .intel_syntax noprefix
        vpabsb ymm4, ymm1
        vpabsb ymm6, ymmword ptr [rdi]
        vpabsw ymm4, ymm1
        vpabsw ymm6, ymmword ptr [rdi]
        vpabsd ymm4, ymm1
        vpabsd ymm6, ymmword ptr [rdi]
        vpmovsxbw ymm4, xmm1
        vpmovsxbw ymm6, xmmword ptr [rdi]
        vpmovsxbd ymm4, xmm1
        vpmovsxbd ymm6, qword ptr [rdi]
        vpmovsxbq ymm4, xmm1
        vpmovsxbq ymm6, dword ptr [rdi]
        .att_syntax prefix
