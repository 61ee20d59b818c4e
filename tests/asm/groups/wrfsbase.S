# out: rax=0 rcx=0 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: written and read back
        rdfsbase %rcx
        wrfsbase %rcx
        rdfsbase %rax
        cmp     %rax, %rcx
        mov     $0, %eax
        mov     $0, %ecx
