# in:  rdi=data rbx=0xffce
# out: cf=1
# why: a negative offset
        bt      %bx, 0x100(%rdi)
