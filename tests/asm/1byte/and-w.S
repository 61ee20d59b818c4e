# in:  rax=0xf0f0f0f0f0f0f0f0 rbx=0x0f0f0f0f0f0f0f0f cf=1 of=1
# out: rax=0xf0f0f0f0f0f00000 cf=0 pf=1 zf=1 sf=0 of=0
# why: AND of disjoint bits: ZF and PF, 16 bits
        andw    %bx, %ax
