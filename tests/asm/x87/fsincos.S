# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3ffe8000000000000000 st1=0x40008000000000000000
# out: st0=0x3ffee0a94032dbea7cee st1=0x3ffdf57743a2582f7f44 st2=0x40008000000000000000 fsw=0x1a20 ftw=0xf8
# why: transcendental
        fsincos
