# in:  rdi=rodata
# out: fault=14 err=0x7 cr2=0x20020000
# why: the register stays
        xchg    %rax, (%rdi)
