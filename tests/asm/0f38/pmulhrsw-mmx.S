# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffffc2efa18fb17fec3 st1=0xfffffeaffe9dff63fff9 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmulhrsw %mm1, %mm0
        pmulhrsw %mm0, %mm1
        pmulhrsw 5(%rsi), %mm2
