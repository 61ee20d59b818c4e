# bits: 32
# in:  rax=0x129a
# out: rax=0x1234 cf=1 pf=0 af=1 zf=0 sf=0
# why: decimal adjust
        das
