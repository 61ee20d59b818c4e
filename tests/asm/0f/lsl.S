# out: rax=0xffffffff rcx=0xfff8 rbx=0x78d159e26af0001
# why: limit of a data segment in bytes; of none
        mov     $0x2b, %ecx
        lsl     %ecx, %eax
        sete    %bl
        mov     $0xfff8, %ecx
        lsl     %ecx, %edx
        sete    %bh
