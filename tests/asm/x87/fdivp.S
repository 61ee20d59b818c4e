# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: st0=0xbffdaaaaaaaaaaaaaaab st1=0x3ffdaaaaaaaaaaaaaaaa st2=0x4012f424000000000000 st3=0x00000000000000000000 st7=0x4000f000000000000000 fsw=0x2a20 ftw=0xe0
# why: and pop
        .byte 0xde, 0xf9
