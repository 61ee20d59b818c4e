# in:  cf=1
# out: cf=1 pf=0 af=0 zf=0 sf=0 of=0 df=0 fault=3
# why: a trap: rip is behind it
        int3
