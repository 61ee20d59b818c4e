# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x00000000000000000000000000000000503933e730500000482148bbc0000000 ymm6=0x000000000000000000000000000000006ff13b80c00000006816656400000000 ymm8=0x7ff00000000000003ff8000000000000c02400000028000241380003c0000000 ymm10=0x5eee5d5cd269f4fe5870c0009ede4f473ef00001ff800000413800009e800000 mxcsr=0x1faa
# why: vfmadd132ss, vfmadd132sd, vfmsub132ps, vfmsub132pd, vfmsub132ss, vfmsub132sd: registers and memory
        .intel_syntax noprefix
        vfmadd132ss xmm4, xmm1, xmm3
        vfmadd132ss xmm6, xmm2, dword ptr [rdi]
        vfmadd132sd xmm4, xmm1, xmm3
        vfmadd132sd xmm6, xmm2, qword ptr [rdi]
        vfmsub132ps xmm4, xmm1, xmm3
        vfmsub132ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsub132ps ymm8, ymm3, ymm1
        vfmsub132ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsub132pd xmm4, xmm1, xmm3
        vfmsub132pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsub132pd ymm8, ymm3, ymm1
        vfmsub132pd ymm10, ymm0, ymmword ptr [rdi]
        vfmsub132ss xmm4, xmm1, xmm3
        vfmsub132ss xmm6, xmm2, dword ptr [rdi]
        vfmsub132sd xmm4, xmm1, xmm3
        vfmsub132sd xmm6, xmm2, qword ptr [rdi]
        .att_syntax prefix
