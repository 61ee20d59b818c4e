# in:  rax=0xffffffffffffd5ff of=1
# out: cf=1 pf=1 af=1 zf=1 sf=1
# why: AH to flags; OF stays
        sahf
