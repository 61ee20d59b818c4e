# in:  rdi=rodata rax=1
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 fault=14 err=0x7 cr2=0x20020000
# why: writes even when not equal
        cmpxchg %ebx, (%rdi)
