# out: rax=0x123456789abe66f cf=0 pf=1 zf=0 sf=1
# why: 16 bits
        shrd    $5, %bx, %ax
