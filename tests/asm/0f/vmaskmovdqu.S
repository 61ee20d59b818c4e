# in:  rdi=data+0x40
# out: m64@0x40=0xc7c6c5c4c3c2c1c0 m64@0x48=0xcfcecdcccbcac9c8
# why: bytes whose mask is negative
        .intel_syntax noprefix
        vmaskmovdqu xmm12, xmm9
        .att_syntax prefix
