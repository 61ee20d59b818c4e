# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 m32@0x100=0xfffffff9
# out: st0=0xc000d000000000000000
# why: negative integer
        fiaddl 0x100(%rdi)
