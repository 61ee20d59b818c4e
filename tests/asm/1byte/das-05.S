# bits: 32
# in:  rax=0x1205 af=1
# out: rax=0x12ff cf=1 pf=1 af=1 zf=0 sf=1
# why: decimal adjust
        das
