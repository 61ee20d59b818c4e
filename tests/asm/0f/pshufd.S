# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03020100030201000302010003020100 xmm2=0x373635343f3e3d3c333231303b3a3938 xmm9=0x2c251e172c251e172c251e172c251e17
# why: registers and memory
        pshufd  $0, %xmm0, %xmm1
        pshufd  $114, %xmm3, %xmm2
        pshufd  $255, 0(%rdi), %xmm9
