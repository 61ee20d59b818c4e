# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x40008000000000000000
# out: st0=0x3ffed76aa47848677021 fsw=0x2220
# why: transcendental
        fsin
