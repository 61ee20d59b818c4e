# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000706000005040000030200000100 xmm2=0x00003736000035340000333200003130 xmm9=0x0000ece50000ded70000d0c90000c2bb
# why: registers and memory
        pmovzxwd %xmm0, %xmm1
        pmovzxwd %xmm3, %xmm2
        pmovzxwd 5(%rsi), %xmm9
