# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x00000000000000000000000000000100 xmm2=0x00000000000000000000000000003130 xmm9=0x000000000000000000000000000402fb
# why: registers and memory
        phminposuw %xmm0, %xmm1
        phminposuw %xmm3, %xmm2
        phminposuw 0(%rdi), %xmm9
