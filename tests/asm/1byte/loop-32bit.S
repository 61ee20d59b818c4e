# bits: 32
# in:  rcx=4 rax=0 rbx=0
# out: rax=0x4 rcx=0x10000 rdx=0x1 rbx=0x2 pf=0 af=0 zf=0 sf=0 of=0
# why: CX with 67
1:
        inc     %eax
        loop    1b
        mov     $0x10002, %ecx
2:
        inc     %ebx
        .byte   0x67, 0xe2, 0xfc
        jecxz   3f
        mov     $1, %edx
3:
