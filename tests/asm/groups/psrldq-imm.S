# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0000001f1e1d1c1b1a19181716151413
# why: registers
        psrldq  $3, %xmm1
        psrldq  $0, %xmm3
