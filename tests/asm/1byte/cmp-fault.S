# in:  rdi=0x20002000 cf=1 of=1 zf=1
# out: cf=1 pf=0 af=0 zf=1 sf=0 of=1 fault=14 err=0x4 cr2=0x20002000
# why: a fault leaves registers and flags alone
        cmp     %rax, (%rdi)
