# in:  rcx=0x0
# out: rax=0x7 rdx=0
# why: XCR0
# host: no, it shows what the system has enabled
        xgetbv
