# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x3d465252723a52524bbf5209525252527a705252d1525252b25a5252f8725252 ymm6=0x6d3f52521a52525212575252b3525252ed5852521f5252521230525225525252
# why: vaesenc, vaesenclast, vaesdec, vaesdeclast: registers and memory
        .intel_syntax noprefix
        vaesenc ymm4, ymm1, ymm3
        vaesenc ymm6, ymm2, ymmword ptr [rdi]
        vaesenclast ymm4, ymm1, ymm3
        vaesenclast ymm6, ymm2, ymmword ptr [rdi]
        vaesdec ymm4, ymm1, ymm3
        vaesdec ymm6, ymm2, ymmword ptr [rdi]
        vaesdeclast ymm4, ymm1, ymm3
        vaesdeclast ymm6, ymm2, ymmword ptr [rdi]
        .att_syntax prefix
