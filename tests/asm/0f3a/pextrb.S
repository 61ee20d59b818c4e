# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0x15 rdx=0x2b m64@0x88=0xece5ded7d0c9c292
# why: registers and memory
        pextrb  $5, %xmm1, %ecx
        pextrb  $27, %xmm2, %edx
        pextrb  $114, %xmm9, 5(%rsi)
