# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000 m16@0x100=0xffff
# out: fcw=0x1f7f m64@0x110=0xa49d968f88811f7f
# why: reserved bits
        fldcw 0x100(%rdi)
        fnstcw 0x110(%rdi)
