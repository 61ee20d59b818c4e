# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm2=0x3f3e3d3c3b3a39382726252423222120 xmm9=0x2c251e17100902fb9796959493929190
# why: registers and memory
        blendpd $0, %xmm0, %xmm1
        blendpd $78, %xmm3, %xmm2
        blendpd $114, 0(%rdi), %xmm9
