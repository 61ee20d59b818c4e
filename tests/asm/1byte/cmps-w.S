# in:  rsi=0x20000010 rdi=0x20000100
# out: rsi=0x20000012 rdi=0x20000102 cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: source minus destination, 16 bits
        cmpsw
