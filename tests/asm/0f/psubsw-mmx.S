# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffc8c8c8c8c8c8c7c8 st1=0xffff635d554f47413b33 st2=0xffff131b21292f373d45 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psubsw  %mm1, %mm0
        psubsw  %mm0, %mm1
        psubsw  5(%rsi), %mm2
