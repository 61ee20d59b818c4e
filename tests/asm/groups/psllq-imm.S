# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0xf8f0e8e0d8d0c8c0b8b0a8a098908880
# why: registers
        psllq   $3, %xmm1
        psllq   $0, %xmm3
