# bits: 32
# in:  rax=0x1205 af=1
# out: rax=0x120b cf=0 pf=0 af=1 zf=0 sf=0
# why: decimal adjust
        daa
