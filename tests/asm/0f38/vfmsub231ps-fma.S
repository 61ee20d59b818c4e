# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000004f4e4d4ccb4a4948c746454443424140 ymm6=0x000000000000000000000000000000006f6e6d6ceb6a6968e766656463626160 ymm8=0x7f7e7d7cfb7a797877767574ffc00000bf23ec280aea8a284229e83002040180 ymm10=0x5f5e5d5cdb5a595857565554d35251503ff7e830ffc17e80421fe040444c3f40 mxcsr=0x1fa3
# why: vfmsub231ps, vfmsub231pd, vfmsub231ss, vfmsub231sd, vfnmadd231ps, vfnmadd231pd: registers and memory
        .intel_syntax noprefix
        vfmsub231ps xmm4, xmm1, xmm3
        vfmsub231ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsub231ps ymm8, ymm3, ymm1
        vfmsub231ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsub231pd xmm4, xmm1, xmm3
        vfmsub231pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsub231pd ymm8, ymm3, ymm1
        vfmsub231pd ymm10, ymm0, ymmword ptr [rdi]
        vfmsub231ss xmm4, xmm1, xmm3
        vfmsub231ss xmm6, xmm2, dword ptr [rdi]
        vfmsub231sd xmm4, xmm1, xmm3
        vfmsub231sd xmm6, xmm2, qword ptr [rdi]
        vfnmadd231ps xmm4, xmm1, xmm3
        vfnmadd231ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd231ps ymm8, ymm3, ymm1
        vfnmadd231ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmadd231pd xmm4, xmm1, xmm3
        vfnmadd231pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd231pd ymm8, ymm3, ymm1
        vfnmadd231pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
