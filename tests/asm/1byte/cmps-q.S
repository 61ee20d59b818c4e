# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000018 rdi=0x20000108 cf=0 pf=0 af=0 zf=0 sf=0 of=1
# why: source minus destination, 64 bits
        cmpsq
