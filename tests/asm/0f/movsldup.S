# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0b0a09080b0a09080302010003020100 xmm2=0x3b3a39383b3a39383332313033323130 xmm9=0x100902fb100902fbd8d1cac3d8d1cac3
# why: registers and memory
        movsldup %xmm0, %xmm1
        movsldup %xmm3, %xmm2
        movsldup 0(%rdi), %xmm9
