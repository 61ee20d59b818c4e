# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x7fffc000000000000001
# out: cf=1 pf=1 af=0 zf=1 sf=0 of=0 fsw=0x2001
# why: unordered sets ZF, PF and CF
        fcomi %st(1), %st
