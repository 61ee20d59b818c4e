# in:  rdi=0x1000 fcw=0x37e fsw=0x8081 ftw=0xff
# out: fault=16
# why: an exception that is pending comes before the page fault of the operand
        fadds   (%rdi)
