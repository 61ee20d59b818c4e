# bits: 32
# out: rax=0x1 s64@0xff8=0x2be8e3ded9
# why: the old selector again
        push    %ss
        pop     %ss
        mov     $1, %eax
