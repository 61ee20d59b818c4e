# in:  rcx=0x0c44
# out: rax=0 cf=0 zf=1 of=0
# why: beyond the operand
        bextr   %rcx, %rbx, %rax
