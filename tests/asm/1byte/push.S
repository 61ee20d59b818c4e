# out: rsp=0x20010fd4 s64@0xfd0=0x56781234201b1611 s64@0xfd8=0xfffe000000001234 s64@0xfe0=0x9bdeffffffffffff s64@0xfe8=0x260b60b60b60b56 s64@0xff0=0x20010ff8 s64@0xff8=0x123456789abcdef
# why: 64 bits, or 16 with 66; PUSH RSP stores the old value
        push    %rax
        push    %rsp
        push    %r9
        .byte   0x66
        .byte   0x51
        push    $-2
        push    $0x12345678
        pushw   $0x1234
