# out: rax=0x1 rcx=0 rdx=0 rbx=0 cf=0 pf=0 zf=0 sf=0
# why: there are extended leaves
        mov     $0x80000000, %eax
        xor     %ecx, %ecx
        cpuid
        shr     $31, %eax
        mov     $0, %ebx
        mov     $0, %ecx
        mov     $0, %edx
