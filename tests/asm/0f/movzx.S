# in:  rbx=0xffffffffffff8182 rdi=data
# out: rax=0x123456789ab0082 rcx=0x81 rdx=0x18 rbp=0x8182 rsi=0x1f6e5d4c3b28182 r8=0x2d26
# why: zero extension
        movzbw  %bl, %ax
        movzbl  %bh, %ecx
        movzbq  3(%rdi), %rdx
        movzwl  %bx, %ebp
        movzwq  5(%rdi), %r8
        .byte   0x66, 0x0f, 0xb7, 0xf3
