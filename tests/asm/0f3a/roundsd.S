# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7fefffffffffffff0000000000000001 xmm1=0x41dfffffffc000003fd5555555555555 xmm2=0x41dfffffffc00000fff8123456789abc xmm3=0x7ff000000000000147f0000000000000 m64@0x40=0x41dfffffffc00000 m64@0x48=0x0000000000000001 mxcsr=0x9f80
# out: xmm1=0x41dfffffffc000000000000000000000 xmm2=0x41dfffffffc0000047f0000000000000 xmm9=0x9f9e9d9c9b9a999841dfffffffc00000
# why: registers and memory, special values
        roundsd $27, %xmm0, %xmm1
        roundsd $255, %xmm3, %xmm2
        roundsd $0, (%rdi), %xmm9
