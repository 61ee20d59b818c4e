# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0xbf0000007f8000013f8000004f000000 xmm1=0xffc12345ffc12345ff8000003fc00000 xmm2=0x7f8000017f7fffff3eaaaaabffc12345 xmm3=0x008000004f000000bf000000ff800000 m64@0x40=0x3f8000007f7fffff m64@0x48=0xffc12345ff800000 mxcsr=0x5f80
# out: rax=0x80000000 rbx=0x8000000000000000 r9=0x8000000000000000 mxcsr=0x5f81
# why: registers and memory, special values
        cvtss2si %xmm0, %eax
        cvtss2si %xmm3, %rbx
        cvtss2si (%rdi), %r9
