# in:  rax=0xff00ff cf=1 of=1 zf=1 af=1
# out: rax=0xff00ff00
# why: NOT changes no flag
        not     %eax
