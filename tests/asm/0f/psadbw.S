# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000800000000000000080 xmm2=0x00000000000000800000000000000080 xmm9=0x00000000000004060000000000000240
# why: registers and memory
        psadbw  %xmm0, %xmm1
        psadbw  %xmm3, %xmm2
        psadbw  0(%rdi), %xmm9
