# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm9=0x9c959e97909992000000000000000000
# why: registers and memory
        pshufb  %xmm0, %xmm1
        pshufb  %xmm3, %xmm2
        pshufb  0(%rdi), %xmm9
