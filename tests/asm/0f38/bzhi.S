# in:  rdi=data rcx=0x11
# out: rax=0x137bc rdx=0x1423b cf=0 zf=0 sf=0 of=0
# why: upper bits go
        bzhi    %rcx, %rbx, %rax
        bzhi    %ecx, 8(%rdi), %edx
