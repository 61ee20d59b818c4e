# in:  rbx=0xffffffffffff8182 rdi=data
# out: rax=0x123456789abff82 rcx=0xffffff81 rdx=0xffffffffffffff88 rbp=0xffff8182 rsi=0x1f6e5d4c3b28182 r8=0xffffffffffff9d96 r9=0x260b60b60b6ff8f
# why: sign extension
        movsbw  %bl, %ax
        movsbl  %bh, %ecx
        movsbq  0x13(%rdi), %rdx
        movswl  %bx, %ebp
        movswq  0x15(%rdi), %r8
        movsbw  0x14(%rdi), %r9w
        .byte   0x66, 0x0f, 0xbf, 0xf3
