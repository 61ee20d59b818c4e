# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: st0=0x3fff8000000000000000 st1=0x4000f000000000000000 st2=0xbfffa000000000000000 st3=0x3ffdaaaaaaaaaaaaaaaa st4=0x4012f424000000000000 fsw=0x1800 ftw=0xf8 m64@0x100=0xffff1800ffff037f m64@0x108=0xffff003f m64@0x110=0 m64@0x118=0xdcd5cec700000000
# why: 28 bytes; then all is masked. The pointers differ between processors
        fld1
        fnstenv 0x100(%rdi)
        movl $0, 268(%rdi)
        movl $0, 272(%rdi)
        movl $0, 276(%rdi)
        movl $0, 280(%rdi)
