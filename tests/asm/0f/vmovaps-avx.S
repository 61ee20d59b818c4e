# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000003e000000404000004120000080000000 ymm6=0x000000000000000000000000000000006f6e6d6c6b6a69686766656463626160 ymm8=0x4014000000000000bff80000000000004024000000000000c008000000000000 ymm10=0x9f9e9d9c9b9a999897969594939291906f6e6d6c6b6a69686766656463626160 m64@0x40=0x6766656463626160 m64@0x48=0x6f6e6d6c6b6a6968 m64@0x50=0x9796959493929190 m64@0x58=0x9f9e9d9c9b9a9998
# why: vmovaps, vmovapd, vmovntps, vmovntpd, vmovdqa, vmovdqu: registers and memory
        .intel_syntax noprefix
        vmovaps xmm4, xmm1
        vmovaps xmmword ptr [rdi], xmm6
        vmovaps ymm8, ymm3
        vmovaps ymmword ptr [rdi], ymm10
        vmovapd xmm4, xmm1
        vmovapd xmmword ptr [rdi], xmm6
        vmovapd ymm8, ymm3
        vmovapd ymmword ptr [rdi], ymm10
        vmovntps xmmword ptr [rdi], xmm4
        vmovntps ymmword ptr [rdi], ymm6
        vmovntpd xmmword ptr [rdi], xmm4
        vmovntpd ymmword ptr [rdi], ymm6
        vmovdqa xmm4, xmm1
        vmovdqa xmm6, xmmword ptr [rdi]
        vmovdqa ymm8, ymm3
        vmovdqa ymm10, ymmword ptr [rdi]
        vmovdqu xmm4, xmm1
        vmovdqu xmm6, xmmword ptr [rdi]
        vmovdqu ymm8, ymm3
        vmovdqu ymm10, ymmword ptr [rdi]
        .att_syntax prefix
