# in:  rax=0 cf=1
# out: cf=0 pf=1 af=0 zf=1 sf=0 of=0
# why: neg of 0 clears CF
        neg     %eax
