# in:  rdi=data rbx=167
# out: cf=1 m64@0x110=0xa49d960f88817a73
# why: the offset reaches beyond the operand
        btc     %ebx, 0x100(%rdi)
