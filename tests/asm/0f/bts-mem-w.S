# in:  rdi=data rbx=87
# out: cf=0 m64@0x108=0x6c655e5750c9423b
# why: the offset reaches beyond the operand
        bts     %bx, 0x100(%rdi)
