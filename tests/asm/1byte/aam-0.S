# bits: 32
# in:  rax=0x12ff zf=1
# out: pf=0 zf=1 sf=0 fault=0
# why: base 0 is #DE
        .byte   0xd4, 0
