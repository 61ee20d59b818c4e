# in:  rax=0x1234567890abcd80
# out: rax=0xffffffffffffff80 rcx=0xffffff80 rbx=0x1234567890abff80
# why: sign of half a register
        cbw
        mov     %rax, %rbx
        cwde
        mov     %rax, %rcx
        cdqe
