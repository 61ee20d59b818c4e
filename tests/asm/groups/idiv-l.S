# in:  rax=0xffffffbf rdx=0xffffffff rbx=7
# out: rax=0xfffffff7 rdx=0xfffffffe
# why: rounds towards 0
        idiv    %ebx
