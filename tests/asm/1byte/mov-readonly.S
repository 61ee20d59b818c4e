# in:  rdi=rodata
# out: fault=14 err=0x7 cr2=0x20020000
# why: a store to a page that may only be read
        movb    $1, (%rdi)
