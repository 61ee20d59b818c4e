# in:  rax=0x41 rdx=0 rbx=7
# out: rax=0x9 rdx=0x2
# why: quotient and remainder
        div     %rbx
