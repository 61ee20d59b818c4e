# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x10101010101010101010101010101010 xmm2=0xefefeff0efefeff0efefeff0efefeff0 xmm9=0x73797f858b91969da2a8aeb5bac0c6cd
# why: registers and memory
        psubd   %xmm0, %xmm1
        psubd   %xmm3, %xmm2
        psubd   0(%rdi), %xmm9
