# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000004bde4d4d45c61f5acc79eb54cf5aa000 ymm6=0x00000000000000000000000000000000700b590cc0000000e79b98b700000000 ymm8=0x7fa40000eec0000077f71156bfa00000be320000484800004140000020000000 ymm10=0x5eee5d5dc83aada65870c00017d850a0bff7ffcffffd8280413000036222a93b mxcsr=0x1faa
# why: vfmsub213ss, vfmsub213sd, vfnmadd213ps, vfnmadd213pd, vfnmadd213ss, vfnmadd213sd: registers and memory
        .intel_syntax noprefix
        vfmsub213ss xmm4, xmm1, xmm3
        vfmsub213ss xmm6, xmm2, dword ptr [rdi]
        vfmsub213sd xmm4, xmm1, xmm3
        vfmsub213sd xmm6, xmm2, qword ptr [rdi]
        vfnmadd213ps xmm4, xmm1, xmm3
        vfnmadd213ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd213ps ymm8, ymm3, ymm1
        vfnmadd213ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmadd213pd xmm4, xmm1, xmm3
        vfnmadd213pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd213pd ymm8, ymm3, ymm1
        vfnmadd213pd ymm10, ymm0, ymmword ptr [rdi]
        vfnmadd213ss xmm4, xmm1, xmm3
        vfnmadd213ss xmm6, xmm2, dword ptr [rdi]
        vfnmadd213sd xmm4, xmm1, xmm3
        vfnmadd213sd xmm6, xmm2, qword ptr [rdi]
        .att_syntax prefix
