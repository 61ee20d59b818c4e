# in:  rbx=0x0
# out: rax=0 cf=0 pf=0 af=0 zf=1 sf=0 of=0
# why: of 0
        popcnt  %ebx, %eax
