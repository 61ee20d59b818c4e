# in:  rdi=data+0x40 rsi=data+0x83
# out: rax=0x1110 rbx=0x3b3a
# why: registers
        pextrw  $0, %xmm1, %eax
        pextrw  $5, %xmm3, %ebx
