# in:  rax=0xffbf rdx=0xffff rbx=7
# out: rax=0xfff7 rdx=0xfffe
# why: rounds towards 0
        idiv    %bx
