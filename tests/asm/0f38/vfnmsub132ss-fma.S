# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x00000000000000000000000000000000486e4d434042d6274d1b8c6edc637000 ymm6=0x0000000000000000000000000000000070a3d06480000000e81ea5a000000000 ymm8=0x7ff000000000000078778298ffa000003edf7b80504dfe00c191dfffff000000 ymm10=0x5e7e5d60351b24ff5984900013e47f023ff800002fffa27dc40800038022bfb1 mxcsr=0x1fab
# why: vfnmsub132ss, vfnmsub132sd, vfmaddsub213ps, vfmaddsub213pd, vfmsubadd213ps, vfmsubadd213pd: registers and memory
        .intel_syntax noprefix
        vfnmsub132ss xmm4, xmm1, xmm3
        vfnmsub132ss xmm6, xmm2, dword ptr [rdi]
        vfnmsub132sd xmm4, xmm1, xmm3
        vfnmsub132sd xmm6, xmm2, qword ptr [rdi]
        vfmaddsub213ps xmm4, xmm1, xmm3
        vfmaddsub213ps xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub213ps ymm8, ymm3, ymm1
        vfmaddsub213ps ymm10, ymm0, ymmword ptr [rdi]
        vfmaddsub213pd xmm4, xmm1, xmm3
        vfmaddsub213pd xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub213pd ymm8, ymm3, ymm1
        vfmaddsub213pd ymm10, ymm0, ymmword ptr [rdi]
        vfmsubadd213ps xmm4, xmm1, xmm3
        vfmsubadd213ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd213ps ymm8, ymm3, ymm1
        vfmsubadd213ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsubadd213pd xmm4, xmm1, xmm3
        vfmsubadd213pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd213pd ymm8, ymm3, ymm1
        vfmsubadd213pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
