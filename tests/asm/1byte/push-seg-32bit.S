# bits: 32
# out: rax=0x23 rcx=0x2b s64@0xff0=0x2b00000023 s64@0xff8=0x2b0000002b
# why: selectors
        push    %es
        push    %ss
        push    %ds
        push    %cs
        pop     %eax
        pop     %es
        pop     %ds
        pop     %ecx
