# in:  rdi=data rbx=0xffffff9e
# out: cf=0
# why: a negative offset
        bt      %ebx, 0x100(%rdi)
