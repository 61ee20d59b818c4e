# in:  rax=0xffff rbx=0xffff
# out: rax=0x1 rdx=0x169d0369d03fffe cf=1 of=1
# why: the upper half is not 0: CF and OF
        mul     %bx
