# in:  rax=0xffffffffffffffff rbx=0 cf=1 of=1
# out: rax=0xffffffffffff0000 cf=1 pf=1 af=1 zf=1 sf=0 of=0
# why: the carry alone wraps around, 16 bits
        adcw    %bx, %ax
