# in:  rsp=0x20012000
# out: fault=14 err=0x4 cr2=0x20012000
# why: RSP and RAX stay
        pop     %rax
