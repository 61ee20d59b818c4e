# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0xc0018000000000000000
# out: st0=0xffffc000000000000000 fsw=0x2001
# why: invalid
        fsqrt
