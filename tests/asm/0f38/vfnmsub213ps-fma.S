# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000004bde4d4dc5c61f5a4b57d667beb28c00 ymm6=0x00000000000000000000000000000000700b590de000000067a998b800000000 ymm8=0x7fe40000cec00000f7f71156ffc000003efd0140684d05004204ff409ffa0000 ymm10=0x5eee5d5d483aad66d870c000c20000003f77cf9efe7f028041f7ff02e216b93b mxcsr=0x1fab
# why: vfnmsub213ps, vfnmsub213pd, vfnmsub213ss, vfnmsub213sd, vfmaddsub231ps, vfmaddsub231pd: registers and memory
        .intel_syntax noprefix
        vfnmsub213ps xmm4, xmm1, xmm3
        vfnmsub213ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub213ps ymm8, ymm3, ymm1
        vfnmsub213ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmsub213pd xmm4, xmm1, xmm3
        vfnmsub213pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub213pd ymm8, ymm3, ymm1
        vfnmsub213pd ymm10, ymm0, ymmword ptr [rdi]
        vfnmsub213ss xmm4, xmm1, xmm3
        vfnmsub213ss xmm6, xmm2, dword ptr [rdi]
        vfnmsub213sd xmm4, xmm1, xmm3
        vfnmsub213sd xmm6, xmm2, qword ptr [rdi]
        vfmaddsub231ps xmm4, xmm1, xmm3
        vfmaddsub231ps xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub231ps ymm8, ymm3, ymm1
        vfmaddsub231ps ymm10, ymm0, ymmword ptr [rdi]
        vfmaddsub231pd xmm4, xmm1, xmm3
        vfmaddsub231pd xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub231pd ymm8, ymm3, ymm1
        vfmaddsub231pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
