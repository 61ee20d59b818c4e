# in:  rax=0x12345678 rdi=data+0x40 ymm0=0x3f800000c000000040400000408000003f0000007f800000c1200000bf000000 ymm1=0x40a00000bf00000000000001ff8000003e000000404000004120000080000000 ymm2=0x3ff00000000000004008000000000000c0040000000000003fe0000000000000 ymm3=0x4014000000000000bff80000000000004024000000000000c008000000000000 m64@0x40=0x4000000000000000 m64@0x48=0xbff8000000000000 m64@0x50=0x40400000c1000000 m64@0x58=0x3f8000003f000000
# out: ymm4=0x0000000000000000000000000000000000000000000000000000000000080000 ymm6=0x000000000000000000000000000000000000000000000000ffffffff00000002 ymm8=0x0000000000000000000000000000000000000005ffffffff0000000afffffffd ymm10=0x000000000000000000000000000000000000000000000020ffffffff00000002 mxcsr=0x1fa0
# why: vcvtps2pd, vcvtpd2ps, vcvtdq2ps, vcvtps2dq, vcvttps2dq, vcvttpd2dq: registers and memory
        .intel_syntax noprefix
        vcvtps2pd xmm4, xmm1
        vcvtps2pd xmm6, qword ptr [rdi]
        vcvtps2pd ymm8, xmm3
        vcvtps2pd ymm10, xmmword ptr [rdi]
        vcvtpd2ps xmm4, xmm1
        vcvtpd2ps  xmm6, xmmword ptr [rdi]
        vcvtpd2ps xmm8, ymm3
        vcvtpd2ps  xmm10, ymmword ptr [rdi]
        vcvtdq2ps xmm4, xmm1
        vcvtdq2ps xmm6, xmmword ptr [rdi]
        vcvtdq2ps ymm8, ymm3
        vcvtdq2ps ymm10, ymmword ptr [rdi]
        vcvtps2dq xmm4, xmm1
        vcvtps2dq xmm6, xmmword ptr [rdi]
        vcvtps2dq ymm8, ymm3
        vcvtps2dq ymm10, ymmword ptr [rdi]
        vcvttps2dq xmm4, xmm1
        vcvttps2dq xmm6, xmmword ptr [rdi]
        vcvttps2dq ymm8, ymm3
        vcvttps2dq ymm10, ymmword ptr [rdi]
        vcvttpd2dq xmm4, xmm1
        vcvttpd2dq  xmm6, xmmword ptr [rdi]
        vcvttpd2dq xmm8, ymm3
        vcvttpd2dq  xmm10, ymmword ptr [rdi]
        .att_syntax prefix
