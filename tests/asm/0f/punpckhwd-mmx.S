# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff2c25f4ed1e17e6df st1=0xffff2c252c25f4ed1e17 st2=0xffffece50000ded70000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpckhwd %mm1, %mm0
        punpckhwd %mm0, %mm1
        punpckhwd 5(%rsi), %mm2
