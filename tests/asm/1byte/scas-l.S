# in:  rdi=0x20000010
# out: rdi=0x20000014 cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: accumulator minus memory, 32 bits
        scasl
