# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000006e5fdc4c4b4a494826ba38c443424140 ymm6=0x000000000000000000000000000000007fffffff6b6a69687fffffff63626160 ymm8=0x9fd8a77c7b7a79787776757473727170aea01c8c8b8a898866fafb0483828180 ymm10=0x7ede7c5e3bdab7d87796b554339331d0902a9daeabaaa9a888370624a3a2a1a0
# why: vpdpbusd, vpdpbusds, vpdpwssd, vpdpwssds: registers and memory
        .intel_syntax noprefix
        {vex} vpdpbusd xmm4, xmm1, xmm3
        {vex} vpdpbusd xmm6, xmm2, xmmword ptr [rdi]
        {vex} vpdpbusd ymm8, ymm3, ymm1
        {vex} vpdpbusd ymm10, ymm0, ymmword ptr [rdi]
        {vex} vpdpbusds xmm4, xmm1, xmm3
        {vex} vpdpbusds xmm6, xmm2, xmmword ptr [rdi]
        {vex} vpdpbusds ymm8, ymm3, ymm1
        {vex} vpdpbusds ymm10, ymm0, ymmword ptr [rdi]
        {vex} vpdpwssd xmm4, xmm1, xmm3
        {vex} vpdpwssd xmm6, xmm2, xmmword ptr [rdi]
        {vex} vpdpwssd ymm8, ymm3, ymm1
        {vex} vpdpwssd ymm10, ymm0, ymmword ptr [rdi]
        {vex} vpdpwssds xmm4, xmm1, xmm3
        {vex} vpdpwssds xmm6, xmm2, xmmword ptr [rdi]
        {vex} vpdpwssds ymm8, ymm3, ymm1
        {vex} vpdpwssds ymm10, ymm0, ymmword ptr [rdi]
        .att_syntax prefix
