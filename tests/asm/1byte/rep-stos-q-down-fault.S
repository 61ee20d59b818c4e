# in:  rdi=0x1fffff80 rcx=40
# out: df=1 fault=14 err=0x6 cr2=0x1fffff80
# why: CR2 is the first element, not the lowest one
        std
        rep     stosq
