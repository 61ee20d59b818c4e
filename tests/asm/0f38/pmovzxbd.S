# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000003000000020000000100000000 xmm2=0x00000033000000320000003100000030 xmm9=0x000000d0000000c9000000c2000000bb
# why: registers and memory
        pmovzxbd %xmm0, %xmm1
        pmovzxbd %xmm3, %xmm2
        pmovzxbd 5(%rsi), %xmm9
