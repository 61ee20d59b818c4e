# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7fefffffffffffff3ff8000000000000 xmm1=0x7ff000000000000147f0000000000000 xmm2=0x80000000000000008000000000000000 xmm3=0x0000000000000001fff8123456789abc m64@0x40=0xc00921fb54442d18 m64@0x48=0xfff8123456789abc mxcsr=0x5f80
# out: xmm1=0x7fefffffffffffff47f0000000000000 xmm2=0x0000000000000001fff8123456789abc xmm9=0xfff8123456789abc9796959493929190 mxcsr=0x5f83
# why: registers and memory, special values
        maxpd   %xmm0, %xmm1
        maxpd   %xmm3, %xmm2
        maxpd   (%rdi), %xmm9
