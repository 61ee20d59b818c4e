# in:  rdi=data
# out: rax=0x18110a03 rbx=0x18110a03
# why: without REX.W it is a MOV
        .byte   0x63, 0x07
        mov     $-1, %rbx
        .byte   0x63, 0x1f
