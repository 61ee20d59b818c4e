# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x4000f000000000000000 st1=0xbfffa000000000000000 st2=0x3ffdaaaaaaaaaaaaaaaa st3=0x4012f424000000000000
# out: rax=0 rcx=0 cf=0 pf=1 af=0 zf=1 sf=0 of=0 st0=0xbfff8000000000000000 st1=0x4000f000000000000000 st2=0xbfffa000000000000000 st3=0x3ffdaaaaaaaaaaaaaaaa st4=0x4012f424000000000000 fsw=0x1800 ftw=0xf8 m64@0x100=0xffff1800ffff037f m64@0x108=0xffff003f m64@0x110=0 m64@0x118=0xdcd5cec700000000
# why: the address of the last instruction that is not control
        fld1
        1: fchs
        fnstenv 0x100(%rdi)
        movl 0x10c(%rdi), %eax
        lea 1b(%rip), %ecx
        subl %ecx, %eax
        movl $0, %ecx
        movl $0, 268(%rdi)
        movl $0, 272(%rdi)
        movl $0, 276(%rdi)
        movl $0, 280(%rdi)
