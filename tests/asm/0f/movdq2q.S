# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff1716151413121110 st1=0xffff3736353433323130 ftw=0xff
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movdq2q %xmm1, %mm0
        movdq2q %xmm3, %mm1
