# in:  rdi=0x1000
# out: fault=14 err=0x6 cr2=0x1000
# why: a store to nowhere
        mov     %rax, (%rdi)
