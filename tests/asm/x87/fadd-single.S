# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x3fe18000000000000000 fcw=0x7f
# out: fsw=0x2020
# why: precision control: 24 bits
        fadd %st(1), %st
