# in:  rsi=0x20000010 rdi=0x20000110 rcx=8
# out: rcx=0 rsi=0x20000050 rdi=0x20000150 cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: all equal
        repe    cmpsq
