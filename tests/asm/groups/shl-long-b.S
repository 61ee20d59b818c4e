# in:  rax=0x8123456789abcd85 rcx=11 cf=1
# out: rax=0x8123456789abcd00 pf=1 zf=1 sf=0
# why: a count of the width and more
        shl     %cl, %al
