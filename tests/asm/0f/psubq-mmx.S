# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffc8c8c8c8c8c8c7c8 st1=0xffff635c554e47403b33 st2=0xffff131a21282f363d45 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psubq   %mm1, %mm0
        psubq   %mm0, %mm1
        psubq   5(%rsi), %mm2
