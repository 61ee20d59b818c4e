# in:  rdi=data rbx=167
# out: cf=1
# why: the offset reaches beyond the operand
        bts     %ebx, 0x100(%rdi)
