# in:  rax=0x1122334455667780 rcx=0x1122334455667788
# out: rax=0x55667788 cf=1 pf=0 af=1 zf=0 sf=1 of=0
# why: not equal
        cmpxchg %ebx, %ecx
