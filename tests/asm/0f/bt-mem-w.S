# in:  rdi=data rbx=87
# out: cf=0
# why: the offset reaches beyond the operand
        bt      %bx, 0x100(%rdi)
