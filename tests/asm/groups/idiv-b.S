# in:  rax=0xffbf rbx=7
# out: rax=0xfef7
# why: rounds towards 0
        idiv    %bl
