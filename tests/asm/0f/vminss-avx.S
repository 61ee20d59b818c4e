# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000003e000000404000004120000080000000 ymm6=0x00000000000000000000000000000000c0040000000000004000000000000000 mxcsr=0x1f81
# why: vminss, vminsd, vdivss, vdivsd, vmaxss, vmaxsd: registers and memory
        .intel_syntax noprefix
        vminss xmm4, xmm1, xmm3
        vminss xmm6, xmm2, dword ptr [rdi]
        vminsd xmm4, xmm1, xmm3
        vminsd xmm6, xmm2, qword ptr [rdi]
        vdivss xmm4, xmm1, xmm3
        vdivss xmm6, xmm2, dword ptr [rdi]
        vdivsd xmm4, xmm1, xmm3
        vdivsd xmm6, xmm2, qword ptr [rdi]
        vmaxss xmm4, xmm1, xmm3
        vmaxss xmm6, xmm2, dword ptr [rdi]
        vmaxsd xmm4, xmm1, xmm3
        vmaxsd xmm6, xmm2, qword ptr [rdi]
        .att_syntax prefix
