# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3ffe8000000000000000 st1=0x40008000000000000000
# out: st0=0x3ffdd413cccfe7799211 fsw=0x2020
# why: transcendental
        f2xm1
