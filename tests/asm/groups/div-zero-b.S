# in:  rax=0x41 rdx=0 rbx=0
# out: fault=0
# why: division by zero; nothing changes
        div     %bl
