# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03e303a30363032302e202a202620222
# why: registers
        psrlw   $3, %xmm1
        psrlw   $0, %xmm3
