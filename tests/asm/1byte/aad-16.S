# bits: 32
# in:  rax=0x1f1f
# out: rax=0xf pf=1 zf=0 sf=0
# why: any base
        .byte   0xd5, 16
