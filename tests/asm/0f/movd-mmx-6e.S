# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff0000000013579bde st1=0xffff000000009d0369cd st2=0xffff00000000d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movd    %ecx, %mm0
        movd    %edx, %mm1
        movd    5(%rsi), %mm2
