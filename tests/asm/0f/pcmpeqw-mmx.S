# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0000000000000000 st1=0xffff0000000000000000 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pcmpeqw %mm1, %mm0
        pcmpeqw %mm0, %mm1
        pcmpeqw 5(%rsi), %mm2
