# in:  rdi=0x20000ffc
# out: cf=0 pf=0 af=1 zf=0 sf=0 of=0 m64@0xff8=0x86a1bcd6e0d9d2cb m64@0x1000=0x342d261f19344f6b
# why: an operand across two pages
        add     %rax, (%rdi)
