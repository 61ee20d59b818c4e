# in:  rdi=0x20000010
# out: rdi=0x20000012 cf=0 pf=0 af=0 zf=0 sf=0 of=1
# why: accumulator minus memory, 16 bits
        scasw
