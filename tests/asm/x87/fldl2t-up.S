# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 fcw=0xb7f
# out: st0=0x4000d49a784bcd1b8aff st1=0x4000f000000000000000 st2=0xbfffa000000000000000 st3=0x3ffdaaaaaaaaaaaaaaaa st4=0x4012f424000000000000 fsw=0x1800 ftw=0xf8
# why: the constant is rounded by RC
        fldl2t
