# out: rax=0xe0091a2b3c4d5e6f cf=0 pf=1 zf=0 sf=1
# why: 64 bits
        shrd    $5, %rbx, %rax
