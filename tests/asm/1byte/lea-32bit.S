# bits: 32
# in:  rax=0xffff0004 rbx=0x1fffe rsi=0x12345 rbp=0xfffd
# out: rcx=0x70004 rdx=0x4707 rbx=0x23c2 rdi=0xe1a2b3c4d5e0001
# why: 32- and 16-bit addresses
        lea     8(%eax,%ebx,4), %ecx
        .byte   0x67, 0x8d, 0x58, 0x7f
        lea     (%bx,%si), %edx
        lea     4(%bp), %di
