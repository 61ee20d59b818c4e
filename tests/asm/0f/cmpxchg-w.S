# in:  rax=0x1122334455667788 rcx=0x1122334455667788
# out: rcx=0x11223344556637bc cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: equal
        cmpxchg %bx, %cx
