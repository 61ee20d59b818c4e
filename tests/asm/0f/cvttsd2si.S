# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7fefffffffffffff0000000000000001 xmm1=0xfff0000000000000c05edd2f1a9fbe77 xmm2=0x7fefffffffffffffbfe0000000000000 xmm3=0xc00921fb54442d1841dfffffffc00000 m64@0x40=0x4330000000000001 m64@0x48=0xc00921fb54442d18 mxcsr=0x9f80
# out: rax=0 rbx=0x7fffffff r9=0x10000000000001 mxcsr=0x9fa0
# why: registers and memory, special values
        cvttsd2si %xmm0, %eax
        cvttsd2si %xmm3, %rbx
        cvttsd2si (%rdi), %r9
