# in:  rax=0x8000000000000000 cf=1 of=1 zf=1 af=1
# out: cf=1 pf=1 af=0 zf=0 sf=1 of=1
# why: -MIN overflows
        neg     %rax
