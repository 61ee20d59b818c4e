# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x47f0000000000000c05edd2f1a9fbe77 xmm1=0x7fefffffffffffffbfe0000000000000 xmm2=0x7ff0000000000001fff8123456789abc xmm3=0x0000000000000001c00921fb54442d18 m64@0x40=0xc00921fb54442d18 m64@0x48=0x0000000000000001 mxcsr=0x1fc0
# out: xmm1=0x7feffffffffffffffff8000000000000 xmm2=0x7ff0000000000001fff8000000000000 xmm9=0x9f9e9d9c9b9a9998fff8000000000000 mxcsr=0x1fc1
# why: registers and memory, special values
        sqrtsd  %xmm0, %xmm1
        sqrtsd  %xmm3, %xmm2
        sqrtsd  (%rdi), %xmm9
