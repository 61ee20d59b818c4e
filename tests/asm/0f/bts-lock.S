# in:  rdi=data rax=100 rbx=-70 rcx=0x7
# out: cf=1
# why: LOCK
        lock    bts %eax, 0x100(%rdi)
        lock    bts %rbx, 0x110(%rdi)
        lock    bts %cx, 0x120(%rdi)
