# in:  rdi=data ftw=0xff st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: st0=0xffffc000000000000000 st1=0x4000f000000000000000 st2=0xbfffa000000000000000 st3=0x3ffdaaaaaaaaaaaaaaaa st4=0x4012f424000000000000 fsw=0x3a41
# why: stack overflow: C1 and the indefinite
        fld1
