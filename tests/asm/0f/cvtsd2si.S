# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xc00921fb54442d1841dfffffffc00000 xmm1=0x7ff00000000000017ff0000000000001 xmm2=0x7fefffffffffffff41dfffffffc00000 xmm3=0x000000000000000147f0000000000000 m64@0x40=0x7ff0000000000001 m64@0x48=0x47f0000000000000
# out: rax=0x7fffffff rbx=0x8000000000000000 r9=0x8000000000000000 mxcsr=0x1f81
# why: registers and memory, special values
        cvtsd2si %xmm0, %eax
        cvtsd2si %xmm3, %rbx
        cvtsd2si (%rdi), %r9
