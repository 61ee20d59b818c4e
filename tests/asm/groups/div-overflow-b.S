# in:  rax=0x1000 rbx=0x10
# out: fault=0
# why: the quotient does not fit
        div     %bl
