# in:  rcx=0x40 cf=1 zf=1
# out: cf=1 pf=0 zf=1 sf=0
# why: a count of 0
        shrd    %cl, %rbx, %rax
