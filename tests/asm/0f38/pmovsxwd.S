# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000706000005040000030200000100 xmm2=0x00003736000035340000333200003130 xmm9=0xffffece5ffffded7ffffd0c9ffffc2bb
# why: registers and memory
        pmovsxwd %xmm0, %xmm1
        pmovsxwd %xmm3, %xmm2
        pmovsxwd 5(%rsi), %xmm9
