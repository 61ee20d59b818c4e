# in:  rdi=data+0x40 rsi=data+0x83
# out: rax=0 rbx=0
# why: registers
        pmovmskb %xmm1, %eax
        pmovmskb %xmm3, %ebx
