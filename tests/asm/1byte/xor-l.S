# in:  rax=0x5555555555555555 rbx=0x5555555555555555 cf=1 of=1
# out: rax=0 cf=0 pf=1 zf=1 sf=0 of=0
# why: a number with itself gives 0, 32 bits
        xorl    %ebx, %eax
