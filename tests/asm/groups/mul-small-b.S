# in:  rax=3 rbx=5 cf=1 of=1
# out: rax=0xf cf=0 of=0
# why: the upper half is 0
        mul     %bl
