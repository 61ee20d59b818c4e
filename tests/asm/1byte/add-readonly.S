# in:  rdi=rodata zf=1
# out: cf=0 pf=0 af=0 zf=1 sf=0 of=0 fault=14 err=0x7 cr2=0x20020000
# why: read-modify-write of a page that may only be read
        add     %eax, (%rdi)
