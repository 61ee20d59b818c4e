# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x1c1b1a19181716151413121110000000
# why: registers
        pslldq  $3, %xmm1
        pslldq  $0, %xmm3
