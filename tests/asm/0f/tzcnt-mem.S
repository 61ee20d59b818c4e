# in:  rdi=data
# out: rax=0 rcx=0x3 cf=0 zf=0
# why: memory
        tzcnt   8(%rdi), %rax
        tzcnt   3(%rdi), %ecx
