# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03e3c3a38363432302e2c2a282624222
# why: registers
        psrlq   $3, %xmm1
        psrlq   $0, %xmm3
