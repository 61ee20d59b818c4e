# in:  rdi=0x8000000000000000 zf=1
# out: cf=0 pf=0 af=0 zf=1 sf=0 of=0 fault=13
# why: an address that is not canonical is #GP
        add     %rax, (%rdi)
