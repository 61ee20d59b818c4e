# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: xmm4=0xb9fdd1bb459cd33b00ad5971de938504 xmm6=0x496e04102c712613111fd6048b500d6a
# why: sha1nexte, sha1msg1, sha1msg2, sha256msg1, sha256msg2: registers and memory
        .intel_syntax noprefix
        sha1nexte xmm4, xmm1
        sha1nexte xmm6, xmmword ptr [rdi]
        sha1msg1 xmm4, xmm1
        sha1msg1 xmm6, xmmword ptr [rdi]
        sha1msg2 xmm4, xmm1
        sha1msg2 xmm6, xmmword ptr [rdi]
        sha256msg1 xmm4, xmm1
        sha256msg1 xmm6, xmmword ptr [rdi]
        sha256msg2 xmm4, xmm1
        sha256msg2 xmm6, xmmword ptr [rdi]
        .att_syntax prefix
