# in:  rax=0x80 rbx=0x0f cf=1 of=1
# out: rax=0x8f cf=0 pf=0 zf=0 sf=0 of=0
# why: OR clears CF and OF, 16 bits
        orw     %bx, %ax
