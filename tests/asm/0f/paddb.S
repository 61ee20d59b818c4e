# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x2e2c2a28262422201e1c1a1816141210 xmm2=0x6e6c6a68666462605e5c5a5856545250 xmm9=0xcbc3bbb3aba39b938b837b736b635b53
# why: registers and memory
        paddb   %xmm0, %xmm1
        paddb   %xmm3, %xmm2
        paddb   0(%rdi), %xmm9
