# in:  rdi=data
# out: rax=0x33 rdx=0x2b rbx=0x78d159e26af002b m64@0=0x342d260033110a03
# why: selectors, zero-extended
        mov     %cs, %eax
        mov     %ss, %bx
        mov     %cs, 3(%rdi)
        mov     %ss, %rdx
