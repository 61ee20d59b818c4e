# in:  rdi=data
# out: rax=0x26af37bc rcx=0x2d261f18 rbx=0x89abcdef m64@0=0x3413579bde110a03
# why: registers and memory, 32 bits
        xchg    %ebx, %eax
        xchg    %ecx, 3(%rdi)
