# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x403f8000000000000000
# out: fsw=0x2400
# why: out of range: C2, nothing is done
        fsin
