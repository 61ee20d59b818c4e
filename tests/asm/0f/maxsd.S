# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7ff000000000000147f0000000000000 xmm1=0x41dfffffffc0000047f0000000000000 xmm2=0xc00921fb54442d18c00921fb54442d18 xmm3=0xc05edd2f1a9fbe77fff8123456789abc m64@0x40=0xfff0000000000000 m64@0x48=0x7ff0000000000001
# out: xmm2=0xc00921fb54442d18fff8123456789abc mxcsr=0x1f81
# why: registers and memory, special values
        maxsd   %xmm0, %xmm1
        maxsd   %xmm3, %xmm2
        maxsd   (%rdi), %xmm9
