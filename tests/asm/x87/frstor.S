# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: m64@0x100=0xffff2000ffff037f m64@0x108=0xffff00ff m64@0x110=0 m64@0x118=0 m64@0x120=0x4000f0000000 m64@0x128=0xbfffa00000000000 m64@0x130=0xaaaaaaaaaaaaaaaa m64@0x138=0x3ffd m64@0x140=0x4012f424 m64@0x148=0 m64@0x150=0 m64@0x158=0 m64@0x160=0 m64@0x168=0xc05fef700000000
# why: what FNSAVE saved
        fnsave 0x100(%rdi)
        fld1
        fld1
        frstor 0x100(%rdi)
        movl $0, 268(%rdi)
        movl $0, 272(%rdi)
        movl $0, 276(%rdi)
        movl $0, 280(%rdi)
