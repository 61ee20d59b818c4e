# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x386bc950c6a2a0c0d539b85064311000 xmm2=0xd43e12505f72e8c06b07ff50f6fd5600 xmm9=0x85447104ac1fc808e09343ec661080b0
# why: registers and memory
        pmulld  %xmm0, %xmm1
        pmulld  %xmm3, %xmm2
        pmulld  0(%rdi), %xmm9
