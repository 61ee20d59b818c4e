# bits: 32
# in:  rax=0x12fa
# out: rax=0x1260 cf=1 pf=1 af=1 zf=0 sf=0
# why: decimal adjust
        daa
