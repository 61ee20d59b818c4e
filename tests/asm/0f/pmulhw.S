# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x01d4017b012b00e200a2006900390011 xmm2=0x0ba70ace09fc0932087107b70706065d xmm9=0xef61f46ff9b6fece04840a72109816f7
# why: registers and memory
        pmulhw  %xmm0, %xmm1
        pmulhw  %xmm3, %xmm2
        pmulhw  0(%rdi), %xmm9
