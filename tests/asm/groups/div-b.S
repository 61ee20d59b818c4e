# in:  rax=0x41 rdx=0 rbx=7
# out: rax=0x209
# why: quotient and remainder
        div     %bl
