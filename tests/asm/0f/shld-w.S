# out: rax=0x123456789abbde6 cf=1 pf=0 zf=0 sf=1
# why: 16 bits
        shld    $5, %bx, %ax
