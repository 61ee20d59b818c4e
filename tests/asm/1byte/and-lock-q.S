# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=0 pf=1 zf=0 sf=0 of=0 m64@0x8=0x4c2018565000003b m64@0x10=0xa49d968f88817a72
# why: LOCK: memory and flags as without
        lock    andq %rax, 9(%rdi)
