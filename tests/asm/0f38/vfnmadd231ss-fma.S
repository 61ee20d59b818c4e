# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000004f4e4d4ccb4a4948c746300443424140 ymm6=0x000000000000000000000000000000006f6e6d6ceb6a6968e766656463626160 ymm8=0x7f7e7d7cfb7a797877767574ffc000003ea3d8000ae9e988c1a9d00002028180 ymm10=0x5f5e5d5cdb5a595857565554d3525150bf77d000fe418000c19fc00044494340 mxcsr=0x1fa3
# why: vfnmadd231ss, vfnmadd231sd, vfnmsub231ps, vfnmsub231pd, vfnmsub231ss, vfnmsub231sd: registers and memory
        .intel_syntax noprefix
        vfnmadd231ss xmm4, xmm1, xmm3
        vfnmadd231ss xmm6, xmm2, dword ptr [rdi]
        vfnmadd231sd xmm4, xmm1, xmm3
        vfnmadd231sd xmm6, xmm2, qword ptr [rdi]
        vfnmsub231ps xmm4, xmm1, xmm3
        vfnmsub231ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub231ps ymm8, ymm3, ymm1
        vfnmsub231ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmsub231pd xmm4, xmm1, xmm3
        vfnmsub231pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub231pd ymm8, ymm3, ymm1
        vfnmsub231pd ymm10, ymm0, ymmword ptr [rdi]
        vfnmsub231ss xmm4, xmm1, xmm3
        vfnmsub231ss xmm6, xmm2, dword ptr [rdi]
        vfnmsub231sd xmm4, xmm1, xmm3
        vfnmsub231sd xmm6, xmm2, qword ptr [rdi]
        .att_syntax prefix
