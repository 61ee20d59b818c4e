# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x03a902f8025601c5014400d300730022 xmm2=0x174f159c13f9126610e30f700e0d0cbb xmm9=0xdec2e8dff36cfd9e090914e521312def
# why: registers and memory
        pmulhrsw %xmm0, %xmm1
        pmulhrsw %xmm3, %xmm2
        pmulhrsw 0(%rdi), %xmm9
