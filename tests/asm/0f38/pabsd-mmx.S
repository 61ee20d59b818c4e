# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2c251e17100902fb st1=0xffff2c251e17100902fb st2=0xffff131a21292f363d45 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pabsd   %mm1, %mm0
        pabsd   %mm0, %mm1
        pabsd   5(%rsi), %mm2
