# in:  rdi=0x20001ffd cf=1
# out: cf=1 pf=0 af=0 zf=0 sf=0 of=0 fault=14 err=0x6 cr2=0x20002000
# why: CR2 is the first byte that is not there
        add     %rax, (%rdi)
