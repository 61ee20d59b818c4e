# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffe3e3e4e4e3e3e3e4 st1=0xffffffffff00e3e3e4e4 st2=0xffffe3e3e3e400000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        phsubd  %mm1, %mm0
        phsubd  %mm0, %mm1
        phsubd  5(%rsi), %mm2
