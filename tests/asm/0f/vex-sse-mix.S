# in:  rdi=data+0x40
# out: ymm0=0x0000002e2c2a28262422201e1c1a1816362b22180f03faf0f5b9d80000000000 ymm3=0x6f6d6b68676563605f5d5b58575553501e1b1814120f0c080602fffcf9f6f3f0 xmm7=0x000000000000000000000000d8d1cac3 ymm8=0x00000000000000000000000000000000000000000000000000000000d8d1cac3 ymm9=0x000000000000000000000000000000004a40362b22180f03faf0f5b9d8d1d74f xmm10=0xafaeadacabaaa9a8c1dd950c84400000 ymm11=0x00000000000000000000000000000000afaeadacabaaa9a8c1dd950c84400000 xmm12=0xcfcecdcccbcac9c8cdefc5c4c3c2c1c0 ymm13=0x00000000000000000000000000000000cfcecdcccdefc9c8cdefc5c4c3c2c1c0 ymm14=0x2e2c2a28262422201e1c1a18161412104a40362b22180f03faf0f5b9d8d1d74f xmm15=0x2c251e17100902fbf4ede6dfd8d1cac3 mxcsr=0x1fa0
# why: legacy SSE keeps the upper half, VEX clears it
        .intel_syntax noprefix
        vpaddd ymm3, ymm4, ymm5
        paddd xmm3, xmm6
        movaps xmm14, xmm3
        movups xmm15, [rdi]
        movss xmm7, [rdi]
        vmovss xmm8, dword ptr [rdi]
        vpaddd ymm14, ymm14, ymm15
        addps xmm14, xmm15
        vmovaps xmm9, xmm14
        cvtsi2sd xmm10, eax
        vcvtsi2sd xmm11, xmm10, eax
        pinsrw xmm12, eax, 3
        vpinsrw xmm13, xmm12, eax, 5
        vpsrldq ymm0, ymm14, 3
        pslldq xmm0, 5
        .att_syntax prefix
