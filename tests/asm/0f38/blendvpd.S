# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x80017fff00ff8000ff00aa5580000001
# out: xmm1=0x80017fff00ff8000ff00aa5580000001 xmm2=0x3f3e3d3c3b3a39383736353433323130 xmm9=0x2c251e17100902fbf4ede6dfd8d1cac3
# why: registers and memory
        blendvpd %xmm0, %xmm0, %xmm1
        blendvpd %xmm0, %xmm3, %xmm2
        blendvpd %xmm0, 0(%rdi), %xmm9
