# in:  rdi=data
# out: rax=0 rcx=0x3 zf=0
# why: memory
        bsf     8(%rdi), %rax
        bsf     3(%rdi), %ecx
