# in:  rdi=rodata rcx=0 cf=1
# out: cf=1 pf=0 zf=0 sf=0 fault=14 err=0x7 cr2=0x20020000
# why: a fault even when the count is 0
        sarl    %cl, (%rdi)
