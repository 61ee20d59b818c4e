# in:  rax=0xffffffffffffffff rbx=0xffffffffffffffff
# out: rax=0x1 rdx=0xfffffffffffffffe cf=1 of=1
# why: the upper half is not 0: CF and OF
        mul     %rbx
