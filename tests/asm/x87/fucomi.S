# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 of=1 sf=1 af=1
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: ZF, PF, CF tell; OF, SF, AF become 0
        fucomi %st(1), %st
