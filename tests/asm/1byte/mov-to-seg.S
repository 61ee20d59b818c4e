# out: rax=0x2b rbx=0x2b
# why: user data
        mov     $0x2b, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     %ds, %ebx
