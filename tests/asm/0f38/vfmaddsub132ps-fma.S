# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000005203f8e9c82800004935f7fda0000000 ymm6=0x0000000000000000000000000000000070f4c04cc00000006916656400000000 ymm8=0x7ff0000000000000bff800000000000040240000000fc000c6e640fbb207d800 ymm10=0x5e0e5d5dc08931885a96d803540d929abfc74fe11f980800c2140020bf017e00 mxcsr=0x1fab
# why: vfmaddsub132ps, vfmaddsub132pd, vfmsubadd132ps, vfmsubadd132pd, vfmadd132ps, vfmadd132pd: registers and memory
        .intel_syntax noprefix
        vfmaddsub132ps xmm4, xmm1, xmm3
        vfmaddsub132ps xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub132ps ymm8, ymm3, ymm1
        vfmaddsub132ps ymm10, ymm0, ymmword ptr [rdi]
        vfmaddsub132pd xmm4, xmm1, xmm3
        vfmaddsub132pd xmm6, xmm2, xmmword ptr [rdi]
        vfmaddsub132pd ymm8, ymm3, ymm1
        vfmaddsub132pd ymm10, ymm0, ymmword ptr [rdi]
        vfmsubadd132ps xmm4, xmm1, xmm3
        vfmsubadd132ps xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd132ps ymm8, ymm3, ymm1
        vfmsubadd132ps ymm10, ymm0, ymmword ptr [rdi]
        vfmsubadd132pd xmm4, xmm1, xmm3
        vfmsubadd132pd xmm6, xmm2, xmmword ptr [rdi]
        vfmsubadd132pd ymm8, ymm3, ymm1
        vfmsubadd132pd ymm10, ymm0, ymmword ptr [rdi]
        vfmadd132ps xmm4, xmm1, xmm3
        vfmadd132ps xmm6, xmm2, xmmword ptr [rdi]
        vfmadd132ps ymm8, ymm3, ymm1
        vfmadd132ps ymm10, ymm0, ymmword ptr [rdi]
        vfmadd132pd xmm4, xmm1, xmm3
        vfmadd132pd xmm6, xmm2, xmmword ptr [rdi]
        vfmadd132pd ymm8, ymm3, ymm1
        vfmadd132pd ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
