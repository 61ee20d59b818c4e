# in:  rsi=0x20001f00 rdi=0x20001f00 rcx=0x200 cf=1
# out: rcx=0x1e0 rsi=0x20002000 rdi=0x20002000 cf=0 pf=1 af=0 zf=1 sf=0 of=0 fault=14 err=0x4 cr2=0x20002000
# why: flags are those of the last comparison
        repe    cmpsq
