# in:  rax=0xff cf=1 of=1 zf=1 af=1
# out: rax=0 pf=1 af=1 zf=1 sf=0 of=0
# why: the largest number wraps; CF stays
        inc     %al
