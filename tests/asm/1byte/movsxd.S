# in:  rbx=0x80000001 rdi=data
# out: rax=0xffffffff80000001 rcx=0x342d261f rdx=0x80000001 rsi=0x1f6e5d4c3b20001
# why: with 64, 32 and 16 bits
        movsxd  %ebx, %rax
        movsxd  4(%rdi), %rcx
        .byte   0x63, 0xd3
        .byte   0x66, 0x63, 0xf3
