# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000003000000020000000100000000 xmm2=0x00000033000000320000003100000030 xmm9=0xffffffd0ffffffc9ffffffc2ffffffbb
# why: registers and memory
        pmovsxbd %xmm0, %xmm1
        pmovsxbd %xmm3, %xmm2
        pmovsxbd 5(%rsi), %xmm9
