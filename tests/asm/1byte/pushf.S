# in:  cf=1 zf=1 of=1
# out: rax=0x841 cf=0 pf=1 zf=0 sf=0 of=0 s64@0xff8=0xa43
# why: the arithmetic flags and DF in their places
        pushf
        pop     %rax
        and     $0xcd5, %eax
