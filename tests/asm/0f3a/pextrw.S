# in:  rdi=data+0x40 rsi=data+0x83
# out: rax=0x1514 m64@0x88=0xece5ded7d0c92f2e
# why: registers and memory
        .byte   0x66, 0x0f, 0x3a, 0x15, 0xc8, 2 # pextrw $2, %xmm1, %eax by memory form
        pextrw  $7, %xmm2, 5(%rsi)
