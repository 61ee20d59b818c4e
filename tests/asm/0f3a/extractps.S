# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x1f1e1d1c rdx=0x27262524 m64@0x88=0xece5ded79b9a9998
# why: registers and memory
        extractps $27, %xmm1, %ecx
        extractps $1, %xmm2, %edx
        extractps $114, %xmm9, 5(%rsi)
