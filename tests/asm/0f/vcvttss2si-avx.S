# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: rcx=0x2 mxcsr=0x1fa1
# why: vcvttss2si, vcvttsd2si, vcvtss2si, vcvtsd2si: registers and memory
        .intel_syntax noprefix
        vcvttss2si ecx, xmm4
        vcvttss2si ecx, dword ptr [rdi]
        vcvttsd2si ecx, xmm4
        vcvttsd2si ecx, qword ptr [rdi]
        vcvtss2si ecx, xmm4
        vcvtss2si ecx, dword ptr [rdi]
        vcvtsd2si ecx, xmm4
        vcvtsd2si ecx, qword ptr [rdi]
        .att_syntax prefix
