# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x000000000000000000000000000000003ef6a09e93edb9a94086a09ec101b4b2 ymm6=0x00000000000000000000000000000000fff80000000000003ff6a09e667f3bcd ymm8=0x4001e3779b97f4a8fff800000000000040094c583ada5b53fff8000000000000 ymm10=0x3fb6a09e930b737b4016a09eeef7f58bfff80000000000003ff6a09e667f3bcd mxcsr=0x1fa1
# why: vmovsldup, vmovddup, vmovshdup, vsqrtps, vsqrtpd: registers and memory
        .intel_syntax noprefix
        vmovsldup xmm4, xmm1
        vmovsldup xmm6, xmmword ptr [rdi]
        vmovsldup ymm8, ymm3
        vmovsldup ymm10, ymmword ptr [rdi]
        vmovddup xmm4, xmm1
        vmovddup xmm6, qword ptr [rdi]
        vmovddup ymm4, ymm1
        vmovddup ymm6, ymmword ptr [rdi]
        vmovshdup xmm4, xmm1
        vmovshdup xmm6, xmmword ptr [rdi]
        vmovshdup ymm8, ymm3
        vmovshdup ymm10, ymmword ptr [rdi]
        vsqrtps xmm4, xmm1
        vsqrtps xmm6, xmmword ptr [rdi]
        vsqrtps ymm8, ymm3
        vsqrtps ymm10, ymmword ptr [rdi]
        vsqrtpd xmm4, xmm1
        vsqrtpd xmm6, xmmword ptr [rdi]
        vsqrtpd ymm8, ymm3
        vsqrtpd ymm10, ymmword ptr [rdi]
        .att_syntax prefix
