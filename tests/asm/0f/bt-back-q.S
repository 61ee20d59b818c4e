# in:  rdi=data rbx=0xffffffffffffff3e
# out: cf=1
# why: a negative offset
        bt      %rbx, 0x100(%rdi)
