# in:  rdi=data cf=1 of=1
# out: rax=0x428a4111508842 rdx=0x50404003 cf=0 zf=0 sf=0 of=0
# why: ~first & second
        andn    %rcx, %rbx, %rax
        andn    8(%rdi), %ebx, %edx
