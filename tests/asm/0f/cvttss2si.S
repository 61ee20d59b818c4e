# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3eaaaaab4b0000017f7fffffc0490fdb xmm1=0x00000001ffc12345ff8000003fc00000 xmm2=0xbf0000007f7fffff3f800000c2f6e979 xmm3=0x4f0000003fc00000bf0000007f800001 m64@0x40=0x800000003f800000 m64@0x48=0x4b000001bf000000 mxcsr=0x3f80
# out: rax=0xfffffffd rbx=0x8000000000000000 r9=0x1 mxcsr=0x3fa1
# why: registers and memory, special values
        cvttss2si %xmm0, %eax
        cvttss2si %xmm3, %rbx
        cvttss2si (%rdi), %r9
