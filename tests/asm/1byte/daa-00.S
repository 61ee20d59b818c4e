# bits: 32
# in:  rax=0x1200 cf=1 af=1
# out: rax=0x1266 cf=1 pf=1 af=1 zf=0 sf=0
# why: decimal adjust
        daa
