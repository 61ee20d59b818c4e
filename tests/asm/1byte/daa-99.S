# bits: 32
# in:  rax=0x1299 cf=1
# out: rax=0x12f9 cf=1 pf=1 af=0 zf=0 sf=1
# why: decimal adjust
        daa
