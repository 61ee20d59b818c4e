# in:  rdi=data rcx=0x0c14
# out: rax=0x26a rdx=0x504 cf=0 zf=0 of=0
# why: a field
        bextr   %rcx, %rbx, %rax
        bextr   %ecx, 8(%rdi), %edx
