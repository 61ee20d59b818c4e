# in:  rax=0xff rbx=0xff
# out: rax=0xfe01 cf=1 of=1
# why: the upper half is not 0: CF and OF
        mul     %bl
