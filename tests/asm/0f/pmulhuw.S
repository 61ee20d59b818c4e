# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x01d4017b012b00e200a2006900390011 xmm2=0x0ba70ace09fc0932087107b70706065d xmm9=0x1b86128609bf01c9910786e57cfb734a
# why: registers and memory
        pmulhuw %xmm0, %xmm1
        pmulhuw %xmm3, %xmm2
        pmulhuw 0(%rdi), %xmm9
