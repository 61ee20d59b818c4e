# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: st0=0x4000daaaaaaaaaaaaaab fsw=0x2220
# why: the destination is ST(0)
        .byte 0xd8, 0xe2
