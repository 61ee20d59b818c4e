# out: rax=0xe44d5e6f cf=0 pf=1 zf=0 sf=1
# why: 32 bits
        shrd    $5, %ebx, %eax
