# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff9089827b746d66df st1=0xffff5e575049423b34ed st2=0xffff76736f6c6865615e ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pavgw   %mm1, %mm0
        pavgw   %mm0, %mm1
        pavgw   5(%rsi), %mm2
