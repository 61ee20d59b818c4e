# bits: 32
# in:  rcx=0x10000 rsi=0x20000010 rdi=0x20000100
# out:
# why: CX counts
        mov     $0, %cx
        .byte   0x67, 0xf3, 0xa4
