# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000000000000000000000000000 ymm6=0x0000000000000000000000000000000000000000000000000000000000000000 ymm8=0x0000000000000000000000000000000000000000000000000000000000000000 ymm10=0x0000000000000000000000000000000000000000000000000000000000000000
# why: vbroadcastss, vbroadcastsd, vpbroadcastd, vpbroadcastq, vbroadcasti128, vpbroadcastb: registers and memory
        .intel_syntax noprefix
        vbroadcastss xmm4, xmm1
        vbroadcastss ymm6, xmm2
        vbroadcastsd ymm4, xmm1
        vpbroadcastd xmm4, xmm1
        vpbroadcastd xmm6, dword ptr [rdi]
        vpbroadcastd ymm8, xmm3
        vpbroadcastd ymm10, dword ptr [rdi]
        vpbroadcastq xmm4, xmm1
        vpbroadcastq xmm6, qword ptr [rdi]
        vpbroadcastq ymm8, xmm3
        vpbroadcastq ymm10, qword ptr [rdi]
        vbroadcasti128 ymm4, xmmword ptr [rdi]
        vpbroadcastb xmm4, xmm1
        vpbroadcastb xmm6, byte ptr [rdi]
        vpbroadcastb ymm8, xmm3
        vpbroadcastb ymm10, byte ptr [rdi]
        .att_syntax prefix
