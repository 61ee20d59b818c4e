# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000003e000000404000004120000080000000 ymm6=0x00000000000000000000000000000000bff80000000000004000000000000000 ymm8=0x4014000000000000bff80000000000004024000000000000c008000000000000 ymm10=0x3f8000003f00000040400000c1000000bff80000000000004000000000000000
# why: vmovups, vmovupd, vmovaps, vmovapd: registers and memory
        .intel_syntax noprefix
        vmovups xmm4, xmm1
        vmovups xmm6, xmmword ptr [rdi]
        vmovups ymm8, ymm3
        vmovups ymm10, ymmword ptr [rdi]
        vmovupd xmm4, xmm1
        vmovupd xmm6, xmmword ptr [rdi]
        vmovupd ymm8, ymm3
        vmovupd ymm10, ymmword ptr [rdi]
        vmovups xmm4, xmm1
        vmovups xmmword ptr [rdi], xmm6
        vmovups ymm8, ymm3
        vmovups ymmword ptr [rdi], ymm10
        vmovupd xmm4, xmm1
        vmovupd xmmword ptr [rdi], xmm6
        vmovupd ymm8, ymm3
        vmovupd ymmword ptr [rdi], ymm10
        vmovaps xmm4, xmm1
        vmovaps xmm6, xmmword ptr [rdi]
        vmovaps ymm8, ymm3
        vmovaps ymm10, ymmword ptr [rdi]
        vmovapd xmm4, xmm1
        vmovapd xmm6, xmmword ptr [rdi]
        vmovapd ymm8, ymm3
        vmovapd ymm10, ymmword ptr [rdi]
        .att_syntax prefix
