# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 df=0 fault=3
# why: a trap by number; rip is behind it
        .byte   0xcd, 0x03
