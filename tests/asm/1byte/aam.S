# bits: 32
# in:  rax=0x1263
# out: rax=0x909 pf=1 zf=0 sf=0
# why: AL / 10
        aam
