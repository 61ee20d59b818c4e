# in:  rax=0x8123456789abcd85 rcx=0x40 cf=1 of=1 zf=1 sf=1 pf=1
# out: cf=1 pf=1 zf=1 sf=1
# why: a count of 0 leaves the flags alone
        sar     %cl, %ax
