# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff4c312efd14d9fdc5 st1=0xffff1425051fffe1c621 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmaddubsw %mm1, %mm0
        pmaddubsw %mm0, %mm1
        pmaddubsw 5(%rsi), %mm2
