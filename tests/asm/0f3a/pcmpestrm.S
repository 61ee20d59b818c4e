# in:  rdi=data+0x40 rsi=data+0x83 rax=5 rdx=-12 xmm0=0x00636261686766656463626164636261 xmm1=0x6463626100636261 xmm2=0x7a61 xmm3=0x44636241686700656463624164636261
# out: cf=1 pf=0 af=0 zf=0 sf=1 of=1 xmm0=0x000000000000000000000000000000ff
# why: registers and memory
        pcmpestrm $0, %xmm0, %xmm1
        pcmpestrm $255, %xmm3, %xmm2
        pcmpestrm $27, 0(%rdi), %xmm9
