# out: rax=0 rcx=0x1 rdx=0 rbx=0 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: time goes on
        rdtsc
        mov     %rax, %rcx
        mov     %rdx, %rbx
        rdtscp
        sub     %rcx, %rax
        sbb     %rbx, %rdx
        mov     $0, %eax
        mov     $0, %edx
        mov     $0, %ecx
        mov     $0, %ebx
        setnc   %cl
