# in:  rax=0xffffffffffffffff
# out:
# why: nothing, not even to the upper half of RAX
        nop
        .byte   0x66, 0x90
        .byte   0x48, 0x90
        pause
