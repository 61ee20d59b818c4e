# in:  rdi=0x20000010
# out: rdi=0x20000018 cf=1 pf=0 af=0 zf=0 sf=0 of=0
# why: accumulator minus memory, 64 bits
        scasq
