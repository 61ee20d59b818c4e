# in:  rcx=1
# out: rax=0x1 rcx=0x100000000 cf=0 pf=1 zf=1 sf=0 of=0
# why: RCX or ECX
        jrcxz   1f
        mov     $1, %eax
1:
        xor     %ecx, %ecx
        jrcxz   2f
        mov     $2, %ebx
2:
        mov     $0x100000000, %rcx
        jecxz   3f
        mov     $3, %edx
3:
