# in:  rsi=0x20000010 rdi=0x20000110 rcx=40 m8@0x141=0 zf=0
# out: rcx=0xf rsi=0x20000042 rdi=0x20000142 cf=0 pf=1 af=0 zf=0 sf=1 of=0
# why: stops behind the first difference
        repe    cmpsw
