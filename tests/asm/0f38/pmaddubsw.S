# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x037502c9022d01a1012500b9005d0011 xmm2=0x16b51509136d11e110650ef90d9d0c51 xmm9=0x322a206a0f1afe3aedcaddcace3abf1a
# why: registers and memory
        pmaddubsw %xmm0, %xmm1
        pmaddubsw %xmm3, %xmm2
        pmaddubsw 0(%rdi), %xmm9
