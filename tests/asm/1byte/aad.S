# bits: 32
# in:  rax=0x0903
# out: rax=0x5d pf=0 zf=0 sf=0
# why: AH * 10 + AL
        aad
