# bits: 32
# in:  rax=0x12ff
# out: rax=0x2403 pf=1 zf=0 sf=0
# why: any base
        .byte   0xd4, 7
