# in:  rdi=data
# out: rax=0x40a4513069ad8 rdx=0x10490238
# why: bits to the places of a mask
        pdep    %rcx, %rbx, %rax
        pdep    8(%rdi), %ebx, %edx
