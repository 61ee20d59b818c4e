# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x00000000000000000000000000000000486e4d434042d6274e36e5f3b72f9800 ymm6=0x0000000000000000000000000000000070a3d064d0000000680465a100000000 ymm8=0x7ff0000000000000787782989fa000003edf7b80f04dfe00c171000004000000 ymm10=0x5e7e5d60351b251f59848fff93e47cfe3ff800002fffa27dc407fffd624519f0 mxcsr=0x1fab
# why: vfmadd213ps, vfmadd213pd, vfmadd213ss, vfmadd213sd, vfmsub213ps, vfmsub213pd: registers and memory
        .intel_syntax noprefix
        vfmadd213ps xmm4, xmm1, xmm3
        vfmadd213ps xmm6, xmm2, xmmword ptr [rdi]
        vfmadd213ps ymm8, ymm3, ymm1
        vfmadd213ps ymm10, ymm0, ymmword ptr [rdi]
        vfmadd213pd xmm4, xmm1, xmm3
        vfmadd213pd xmm6, xmm2, xmmword ptr [rdi]
        vfmadd213pd ymm8, ymm3, ymm1
        vfmadd213pd ymm10, ymm0, ymmword ptr [rdi]
        vfmadd213ss xmm4, xmm1, xmm3
        vfmadd213ss xmm6, xmm2, dword ptr [rdi]
        vfmadd213sd xmm4, xmm1, xmm3
        vfmadd213sd xmm6, xmm2, qword ptr [rdi]
        vfmsub213ps xmm4, xmm1, xmm3
        vfmsub213ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsub213ps ymm8, ymm3, ymm1
        vfmsub213ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsub213pd xmm4, xmm1, xmm3
        vfmsub213pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsub213pd ymm8, ymm3, ymm1
        vfmsub213pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
