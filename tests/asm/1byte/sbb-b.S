# in:  rax=0 rbx=0xffffffffffffffff cf=1 of=1
# out: cf=1 pf=1 af=1 zf=1 sf=0 of=0
# why: 0 - -1 - 1: the borrow is taken in, 8 bits
        sbbb    %bl, %al
