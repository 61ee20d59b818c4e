# out: rax=0x2468acf13579bde0 cf=0 pf=0 zf=0 sf=0
# why: 64 bits
        shld    $5, %rbx, %rax
