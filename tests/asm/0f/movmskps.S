# in:  rdi=data+0x40 rsi=data+0x83
# out: rax=0 rbx=0
# why: registers
        movmskps %xmm1, %eax
        movmskps %xmm3, %ebx
