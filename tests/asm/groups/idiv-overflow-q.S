# in:  rax=0x8000000000000000 rdx=0xffffffffffffffff rbx=0xffffffffffffffff
# out: fault=0
# why: MIN / -1 does not fit
        idiv    %rbx
