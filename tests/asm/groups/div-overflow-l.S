# in:  rax=5 rdx=0x11 rbx=0x11
# out: fault=0
# why: the quotient does not fit
        div     %ebx
