# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x80000000000000004330000000000001 xmm1=0x41dfffffffc000003fd5555555555555 xmm2=0xfff8123456789abc4330000000000001 xmm3=0xc00921fb54442d18bfe0000000000000 m64@0x40=0x0000000000000001 m64@0x48=0x0000000000000001
# out: cf=1 pf=0 af=0 zf=0 sf=0 of=0 mxcsr=0x1f82
# why: registers and memory, special values
        comisd  %xmm0, %xmm1
        comisd  %xmm3, %xmm2
        comisd  (%rdi), %xmm9
