# in:  rbx=0x0010204000402010
# out: rax=0x3 cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: 32 bits
        popcnt  %ebx, %eax
