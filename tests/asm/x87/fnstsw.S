# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 fsw=0x657f
# out: rax=0x123456789ab657f m64@0x100=0x342d261f1811657f
# why: with TOP
        fnstsw 0x100(%rdi)
        fnstsw %ax
