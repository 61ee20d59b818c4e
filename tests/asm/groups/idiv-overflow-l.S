# in:  rax=0x80000000 rdx=0xffffffff rbx=0xffffffff
# out: fault=0
# why: MIN / -1 does not fit
        idiv    %ebx
