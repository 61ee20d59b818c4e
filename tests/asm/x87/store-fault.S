# in:  rdi=rodata fcw=0x37e ftw=0xff st0=0x7fffa000000000000000
# out: fault=14 err=0x7 cr2=0x20020000
# why: a store that an unmasked exception stops does fault
        fistpl  (%rdi)
