# in:  rdi=data rax=0x12345 rdx=0
# out: rax=0xae031de rdx=0x503c1943 cf=1 of=1
# why: memory operands
        divq    0x10(%rdi)
        idivl   0x20(%rdi)
        mulb    5(%rdi)
        imulw   6(%rdi)
        mull    8(%rdi)
