# in:  rax=0x0 cf=1 of=1 zf=1 af=1
# out: rax=0xffffffff pf=1 af=1 zf=0 sf=1 of=0
# why: 0 wraps; CF stays
        dec     %eax
