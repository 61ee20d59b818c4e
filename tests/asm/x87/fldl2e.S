# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: st0=0x3fffb8aa3b295c17f0bc st1=0x4000f000000000000000 st2=0xbfffa000000000000000 st3=0x3ffdaaaaaaaaaaaaaaaa st4=0x4012f424000000000000 fsw=0x1800 ftw=0xf8
# why: constant
        fldl2e
