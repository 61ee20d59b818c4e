# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x75a4c9502d04a0c02484b8505c241000 xmm2=0xbf2412507584e8c06c04ff50a2a45600 xmm9=0x39d67104186ac8084dde43ecaa3280b0
# why: registers and memory
        pmullw  %xmm0, %xmm1
        pmullw  %xmm3, %xmm2
        pmullw  0(%rdi), %xmm9
