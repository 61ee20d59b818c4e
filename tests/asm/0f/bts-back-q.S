# in:  rdi=data rbx=0xffffffffffffff3e
# out: cf=1
# why: a negative offset
        bts     %rbx, 0x100(%rdi)
