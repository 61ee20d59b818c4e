# in:  rdi=data
# out: m64@0=0x89abcdef18110a03 m64@0x8=0x78d159e26af37bc
# why: a store
        movnti  %eax, 4(%rdi)
        movnti  %rbx, 8(%rdi)
