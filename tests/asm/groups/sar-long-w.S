# in:  rax=0x8123456789abcd85 rcx=19 cf=1
# out: rax=0x8123456789abffff cf=1 pf=1 zf=0 sf=1
# why: a count of the width and more
        sar     %cl, %ax
