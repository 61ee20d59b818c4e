# in:  rdi=data+0xfe0 ymm1=0x00000000000000000000000080000000000000008000000000000000ffffffff ymm2=0x00000000000000000000000000000000ffffffffffffffff7fffffffffffffff
# out: fault=14 err=0x4 cr2=0x20002000
# why: what the mask leaves out does not fault; loads give zeros there
        .intel_syntax noprefix
        vmaskmovps ymm4, ymm1, [rdi + 0x1010]
        vmaskmovps xmm5, xmm1, [rdi]
        vmaskmovps [rdi], ymm1, ymm3
        vmaskmovps [rdi + 64], xmm1, xmm3
        vmaskmovpd ymm6, ymm2, [rdi + 0x1010]
        vmaskmovpd xmm7, xmm2, [rdi]
        vmaskmovpd [rdi + 128], ymm2, ymm3
        vmaskmovpd [rdi + 192], xmm2, xmm3
        vpmaskmovd ymm8, ymm1, [rdi]
        vpmaskmovd xmm9, xmm1, [rdi]
        vpmaskmovd [rdi + 256], ymm1, ymm4
        vpmaskmovd [rdi + 320], xmm1, xmm4
        vpmaskmovq ymm10, ymm2, [rdi]
        vpmaskmovq xmm11, xmm2, [rdi]
        vpmaskmovq [rdi + 384], ymm2, ymm4
        vpmaskmovq [rdi + 448], xmm2, xmm4
        .att_syntax prefix
