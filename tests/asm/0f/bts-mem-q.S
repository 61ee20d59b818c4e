# in:  rdi=data rbx=327
# out: cf=0 m64@0x128=0x4c453e373029229b
# why: the offset reaches beyond the operand
        bts     %rbx, 0x100(%rdi)
