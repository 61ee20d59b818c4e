# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000002287d67901b89fa54921e9699f4b3a64 ymm6=0x00000000000000000000000000000000ce618e94b9db6e414d38c99eee5e77b0
# why: aesenc, vaesenc, aesenclast, vaesenclast, aesdec, vaesdec: registers and memory
        .intel_syntax noprefix
        aesenc xmm4, xmm1
        aesenc xmm6, xmmword ptr [rdi]
        vaesenc xmm4, xmm1, xmm3
        vaesenc xmm6, xmm2, xmmword ptr [rdi]
        aesenclast xmm4, xmm1
        aesenclast xmm6, xmmword ptr [rdi]
        vaesenclast xmm4, xmm1, xmm3
        vaesenclast xmm6, xmm2, xmmword ptr [rdi]
        aesdec xmm4, xmm1
        aesdec xmm6, xmmword ptr [rdi]
        vaesdec xmm4, xmm1, xmm3
        vaesdec xmm6, xmm2, xmmword ptr [rdi]
        .att_syntax prefix
