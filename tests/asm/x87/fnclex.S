# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 fcw=0x37f fsw=0x657f
# out: fsw=0x6500
# why: flags go, conditions and TOP stay
        fnclex
