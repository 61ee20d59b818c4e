# in:  rax=0xffffffff rbx=0xffffffff
# out: rax=0x1 rdx=0xfffffffe cf=1 of=1
# why: the upper half is not 0: CF and OF
        mul     %ebx
