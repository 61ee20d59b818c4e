# in:  cf=1 pf=0 af=1 zf=0 sf=1 rax=0
# out: rax=0x9300
# why: flags to AH
        lahf
