# out: rcx=0x7 rbx=0x5 s64@0xff8=0x10000005
# why: there and back
        call    1f
        mov     $5, %ebx
        jmp     2f
1:
        mov     $7, %ecx
        ret
2:
