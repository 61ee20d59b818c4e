# in:  rcx=5 rax=0 rbx=0 rbp=0
# out: rax=0x5 rcx=0x3 rdx=0 rbx=0x3 rbp=0x2 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: counts in RCX
1:
        inc     %eax
        loop    1b
        mov     $3, %ecx
        cmp     %eax, %eax
2:
        inc     %ebx
        mov     $0, %edx
        cmp     %eax, %eax
        loope   2b
        mov     $5, %ecx
3:
        inc     %ebp
        cmp     $2, %bpl
        loopne  3b
