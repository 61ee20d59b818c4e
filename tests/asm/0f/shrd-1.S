# in:  rax=0x40000000 rbx=0x80000001
# out: rax=0xa0000000 cf=0 pf=1 zf=0 sf=1 of=1
# why: OF is defined for a count of 1
        shrd    $1, %ebx, %eax
