# in:  rbx=0x0010204000402010
# out: rax=0x123456789ab0002 cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: 16 bits
        popcnt  %bx, %ax
