# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000006f6e6d6c6b6a69686766656463626160 ymm8=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x6766656463626160 m64@0x48=0x6f6e6d6c6b6a6968 m64@0x50=0x9796959493929190 m64@0x58=0x9f9e9d9c9b9a9998
# why: vmovdqa, vmovdqu, vmovntdq, vlddqu: registers and memory
        .intel_syntax noprefix
        vmovdqa xmm4, xmm1
        vmovdqa xmmword ptr [rdi], xmm6
        vmovdqa ymm8, ymm3
        vmovdqa ymmword ptr [rdi], ymm10
        vmovdqu xmm4, xmm1
        vmovdqu xmmword ptr [rdi], xmm6
        vmovdqu ymm8, ymm3
        vmovdqu ymmword ptr [rdi], ymm10
        vmovntdq xmmword ptr [rdi], xmm4
        vmovntdq ymmword ptr [rdi], ymm6
        vlddqu xmm4, xmmword ptr [rdi]
        vlddqu ymm6, ymmword ptr [rdi]
        .att_syntax prefix
