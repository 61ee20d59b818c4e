# bits: 32
# out: rsp=0x37bcffff rsi=0x1f6e5d4c3b2fffd rdi=0x123456 s64@0xff0=0xfffd00123456b6b1 s64@0xff8=0x89abcdef37bcffff
# why: 32 bits, or 16 with 66
        push    %eax
        pushw   %bx
        push    $-3
        push    $0x123456
        pop     %edi
        popw    %si
        pop     %esp
