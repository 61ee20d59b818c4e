# in:  rdi=data ymm1=0x0000000100000002000000030000000410000005000000060000000800000007 ymm2=0x80000000000000008000000080000000800000008000000080000000ffffffff
# out: xmm0=0x0f0e0d0cc0b9b2abf8f1eae3dcd5cec7 xmm2=0x80000000000000000000000000000000 fault=14 err=0x4 cr2=0x60000014
# why: elements before the fault are done and have left the mask
        .intel_syntax noprefix
        vgatherdps ymm0, [rdi + ymm1*4], ymm2
        .att_syntax prefix
