# in:  rdi=data+0x40 rsi=data+0x83 xmm1=0x5 m64@0x40=0x13 xmm3=0xffffffff00000003
# out: xmm1=0x00000000000000000000000000000000 xmm2=0x00000000000000000000000000000000 xmm9=0x00000000000000000000000000000000
# why: registers and memory
        psllw   %xmm0, %xmm1
        psllw   %xmm3, %xmm2
        psllw   0(%rdi), %xmm9
