# bits: 32
# out: rax=0 rcx=0x1000001f cf=0 pf=1 af=0 zf=1 sf=0 of=0 s64@0xff8=0x10000016e8e3ded9
# why: 32-bit code
        call    1f
1:
        pop     %eax
        sub     $1b, %eax
        push    $2f
        ret
        mov     $1, %ebx
2:
        mov     $3f, %ecx
        jmp     *%ecx
        ud2
3:
