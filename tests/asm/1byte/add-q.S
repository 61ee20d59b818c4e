# in:  rax=0x7fffffffffffffff rbx=1 cf=1 of=1
# out: rax=0x8000000000000000 cf=0 pf=1 af=1 zf=0 sf=1 of=1
# why: the largest positive number plus one overflows, 64 bits
        addq    %rbx, %rax
