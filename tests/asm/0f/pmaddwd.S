# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03503ef4020dcdc4010bdcd4004a6c24 xmm2=0x1675d174132f5e4410296b540d63f8a4 xmm9=0xe3d0aadaf884e0720ef691ca27902ae2
# why: registers and memory
        pmaddwd %xmm0, %xmm1
        pmaddwd %xmm3, %xmm2
        pmaddwd 0(%rdi), %xmm9
