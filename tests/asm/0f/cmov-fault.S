# in:  rdi=0x1000
# out: fault=14 err=0x4 cr2=0x1000
# why: the source is always read
        cmovz   (%rdi), %eax
