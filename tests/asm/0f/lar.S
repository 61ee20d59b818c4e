# out: rax=0xcff300 rcx=0xfff8 rbx=0x78d159e26af0001
# why: rights of a data segment; of none
        mov     $0x2b, %ecx
        lar     %ecx, %eax
        sete    %bl
        mov     $0xfff8, %ecx
        lar     %ecx, %edx
        sete    %bh
