# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000014 rdi=0x20000104 cf=0 pf=0 af=0 zf=0 sf=0 of=1
# why: source minus destination, 32 bits
        cmpsl
