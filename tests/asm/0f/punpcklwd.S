# in:  rdi=data+0x40 rsi=data+0x83
# out: xmm1=0x07061716050415140302131201001110 xmm2=0x37362726353425243332232231302120 xmm9=0xf4ed9796e6df9594d8d19392cac39190
# why: registers and memory
        punpcklwd %xmm0, %xmm1
        punpcklwd %xmm3, %xmm2
        punpcklwd 0(%rdi), %xmm9
