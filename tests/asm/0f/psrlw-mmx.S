# in:  rdi=data+0x40 rsi=data+0x83 xmm1=0x5 m64@0x40=0x13 xmm3=0xffffffff00000003
# out: st0=0xffff0000000000000000 st1=0xffff2c251e17100902fb st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psrlw   %mm1, %mm0
        psrlw   %mm0, %mm1
        psrlw   5(%rsi), %mm2
