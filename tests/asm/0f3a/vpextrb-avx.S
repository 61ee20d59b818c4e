# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: rax=0x4f4e4d4c m64@0x40=0x6f6e6d6c6f6e6d6c
# why: vpextrb, vpextrw, vpextrd, vpextrq, vextractps: registers and memory
        .intel_syntax noprefix
        vpextrb eax, xmm4, 27
        vpextrb byte ptr [rdi], xmm6, 27
        vpextrw eax, xmm4, 27
        vpextrw word ptr [rdi], xmm6, 27
        vpextrd eax, xmm4, 27
        vpextrd dword ptr [rdi], xmm6, 27
        vpextrq rax, xmm4, 27
        vpextrq qword ptr [rdi], xmm6, 27
        vextractps eax, xmm4, 27
        vextractps dword ptr [rdi], xmm6, 27
        .att_syntax prefix
