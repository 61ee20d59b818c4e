# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x2c251e17100902fbf4ede6dfd8d1cac3 xmm2=0x2c251e17100902fbf4ede6dfd8d1cac3 xmm9=0x2c251e17100902fbf4ede6dfd8d1cac3
# why: registers and memory
        movntdqa 0(%rdi), %xmm1
        movntdqa 0(%rdi), %xmm2
        movntdqa 0(%rdi), %xmm9
