# in:  rsi=0x1000 rdi=0x2000
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 fault=14 err=0x4 cr2=0x2000
# why: the destination is read first
# host: no, which operand is read first is up to the processor (AMD's read rsi)
        cmpsb
