# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x012b2f0dc6a2a0c000395c6a64311000 xmm2=0x09fc88af5f72e8c00706b003f6fd5600 xmm9=0xf9b620ddac1fc80810983e09661080b0
# why: registers and memory
        pmuldq  %xmm0, %xmm1
        pmuldq  %xmm3, %xmm2
        pmuldq  0(%rdi), %xmm9
