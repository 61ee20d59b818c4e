# bits: 32
# in:  rax=0x121f
# out: rax=0x1225 cf=0 pf=0 af=1 zf=0 sf=0
# why: decimal adjust
        daa
