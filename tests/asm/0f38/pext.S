# in:  rdi=data
# out: rax=0x1a1723aee rdx=0x1bc
# why: and back
        pext    %rcx, %rbx, %rax
        pext    8(%rdi), %ebx, %edx
