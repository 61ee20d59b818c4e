# in:  xmm1=0x00010203040506070809000a0b0c0d0e xmm14=0xe0e1e2e3e4e5e6e7e8e9eaebecedeeef xmm15=0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
# out: ymm2=0x0000000000000000000000000000000000010203040506070809000af0f1f2f3 ymm3=0x000000000000000000000000000000000000000004050607e8e9eaeb0b0c0d0e ymm4=0x0000000000000000000000000000000000010203fcfdfeff0809000a00000000 ymm5=0x0000000000000000000000000000000000000000f4f5f6f700000000fcfdfeff
# why: a source that is not pinned on x86_64 hosts: the lane is chosen all the same
        vinsertps $0xc0, %xmm15, %xmm1, %xmm2
        vinsertps $0x58, %xmm14, %xmm1, %xmm3
        vinsertps $0x21, %xmm15, %xmm1, %xmm4
        vmovaps %xmm15, %xmm5
        insertps $0x9a, %xmm14, %xmm5
