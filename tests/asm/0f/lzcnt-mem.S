# in:  rdi=data
# out: rax=0x1 rcx=0x2 cf=0 zf=0
# why: memory
        lzcnt   8(%rdi), %rax
        lzcnt   3(%rdi), %ecx
