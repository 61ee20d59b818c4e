# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x40008000000000000000 st2=0x7fffc000000000000001
# out: fsw=0x6500
# why: a quiet NaN raises nothing
        fucom %st(2)
