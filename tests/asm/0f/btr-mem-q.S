# in:  rdi=data rbx=327
# out: cf=0
# why: the offset reaches beyond the operand
        btr     %rbx, 0x100(%rdi)
