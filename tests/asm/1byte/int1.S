# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 df=0 fault=1
# why: #DB
        .byte   0xf1
