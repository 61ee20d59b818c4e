# bits: 32
# in:  cf=1
# out: rax=0x123456789abcd00 rbx=0x78d159e26af37ff cf=0
# why: AL by CF
        .byte   0xd6
        mov     %al, %bl
        clc
        .byte   0xd6
