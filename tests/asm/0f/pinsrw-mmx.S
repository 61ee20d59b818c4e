# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ed9bded8d1cac3 st1=0xffff69cd1e17100902fb st2=0xffff0000c2bb00000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pinsrw  $78, %ecx, %mm0
        pinsrw  $147, %edx, %mm1
        pinsrw  $2, 5(%rsi), %mm2
