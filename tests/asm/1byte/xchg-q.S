# in:  rdi=data
# out: rax=0x78d159e26af37bc rcx=0x49423b342d261f18 rbx=0x123456789abcdef m64@0=0xcf13579bde110a03 m64@0x8=0x6c655e575003468a
# why: registers and memory, 64 bits
        xchg    %rbx, %rax
        xchg    %rcx, 3(%rdi)
