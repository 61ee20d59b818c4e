# out: rax=0x3579bde4 cf=1 pf=1 zf=0 sf=0
# why: 32 bits
        shld    $5, %ebx, %eax
