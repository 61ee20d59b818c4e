# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000c000000000000000 st1=0x00000000000000000000
# out: st0=0x7fff8000000000000000 fsw=0x2004
# why: zero divide
        fdiv %st(1), %st
