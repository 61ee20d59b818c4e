# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000051224e8fd828000048a5fe9580000000 ymm6=0x000000000000000000000000000000007073453b00000000e896656480000000 ymm8=0xfff00000000000003ff8000000000000c023ffffff9dfffa4411bffd0dffe400 ymm10=0x5e7e5d5e4979986159849001b88909123f2310009fc00000413800009e800000 mxcsr=0x1fab
# why: vfnmadd132ps, vfnmadd132pd, vfnmadd132ss, vfnmadd132sd, vfnmsub132ps, vfnmsub132pd: registers and memory
        .intel_syntax noprefix
        vfnmadd132ps xmm4, xmm1, xmm3
        vfnmadd132ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd132ps ymm8, ymm3, ymm1
        vfnmadd132ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmadd132pd xmm4, xmm1, xmm3
        vfnmadd132pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmadd132pd ymm8, ymm3, ymm1
        vfnmadd132pd ymm10, ymm0, ymmword ptr [rdi]
        vfnmadd132ss xmm4, xmm1, xmm3
        vfnmadd132ss xmm6, xmm2, dword ptr [rdi]
        vfnmadd132sd xmm4, xmm1, xmm3
        vfnmadd132sd xmm6, xmm2, qword ptr [rdi]
        vfnmsub132ps xmm4, xmm1, xmm3
        vfnmsub132ps xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub132ps ymm8, ymm3, ymm1
        vfnmsub132ps ymm10, ymm0, ymmword ptr [rdi]
        vfnmsub132pd xmm4, xmm1, xmm3
        vfnmsub132pd xmm6, xmm2, xmmword ptr [rdi]
        vfnmsub132pd ymm8, ymm3, ymm1
        vfnmsub132pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
