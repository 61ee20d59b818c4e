# in:  rax=0xf cf=1 of=1 zf=1 af=1
# out: rax=0xf0
# why: NOT changes no flag
        not     %al
