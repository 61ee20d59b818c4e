# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03e3c3a30363432302e2c2a202624222
# why: registers
        psrld   $3, %xmm1
        psrld   $0, %xmm3
