# in:  rbx=0x0010204000402010
# out: rax=0x6 cf=0 pf=0 af=0 zf=0 sf=0 of=0
# why: 64 bits
        popcnt  %rbx, %rax
