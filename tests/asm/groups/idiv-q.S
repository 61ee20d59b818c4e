# in:  rax=0xffffffffffffffbf rdx=0xffffffffffffffff rbx=7
# out: rax=0xfffffffffffffff7 rdx=0xfffffffffffffffe
# why: rounds towards 0
        idiv    %rbx
