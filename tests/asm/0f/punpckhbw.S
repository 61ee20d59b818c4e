# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x0f1f0e1e0d1d0c1c0b1b0a1a09190818 xmm2=0x3f2f3e2e3d2d3c2c3b2b3a2a39293828 xmm9=0x2c9f259e1e9d179c109b099a0299fb98
# why: registers and memory
        punpckhbw %xmm0, %xmm1
        punpckhbw %xmm3, %xmm2
        punpckhbw 0(%rdi), %xmm9
