# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x07060504030201000706050403020100 xmm2=0x37363534333231303736353433323130 xmm9=0xece5ded7d0c9c2bbece5ded7d0c9c2bb
# why: registers and memory
        movddup %xmm0, %xmm1
        movddup %xmm3, %xmm2
        movddup 5(%rsi), %xmm9
