# in:  rdi=data
# out: rax=0x3e rcx=0x1d zf=0
# why: memory
        bsr     8(%rdi), %rax
        bsr     3(%rdi), %ecx
