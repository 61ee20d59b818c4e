# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000004f4e4d4c4b4a4948c7466fc443424140 ymm6=0x000000000000000000000000000000006f6e6d6c6b6a6968e766656463626160 ymm8=0x7f7e7d7c7b7a7978f7767574ffc000003e34000050500000c22a183085040180 ymm10=0x5f5e5d5c5b5a5958d756555453525150bf080000bf400000c2201020a5221fa0 mxcsr=0x1fa3
# why: vfmsubadd231ps, vfmsubadd231pd, vfmadd231ps, vfmadd231pd, vfmadd231ss, vfmadd231sd: registers and memory
        .intel_syntax noprefix
        vfmsubadd231ps xmm4, xmm1, xmm3
        vfmsubadd231ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd231ps ymm8, ymm3, ymm1
        vfmsubadd231ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsubadd231pd xmm4, xmm1, xmm3
        vfmsubadd231pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd231pd ymm8, ymm3, ymm1
        vfmsubadd231pd ymm10, ymm0, ymmword ptr [rdi]
        vfmadd231ps xmm4, xmm1, xmm3
        vfmadd231ps xmm6, xmm2, xmmword ptr [rdi]
        vfmadd231ps ymm8, ymm3, ymm1
        vfmadd231ps ymm10, ymm0, ymmword ptr [rdi]
        vfmadd231pd xmm4, xmm1, xmm3
        vfmadd231pd xmm6, xmm2, xmmword ptr [rdi]
        vfmadd231pd ymm8, ymm3, ymm1
        vfmadd231pd ymm10, ymm0, ymmword ptr [rdi]
        vfmadd231ss xmm4, xmm1, xmm3
        vfmadd231ss xmm6, xmm2, dword ptr [rdi]
        vfmadd231sd xmm4, xmm1, xmm3
        vfmadd231sd xmm6, xmm2, qword ptr [rdi]
        .att_syntax prefix
