# bits: 32
# in:  rax=0x12fa
# out: rax=0x1294 cf=1 pf=0 af=1 zf=0 sf=1
# why: decimal adjust
        das
