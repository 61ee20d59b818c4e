# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=0 pf=1 zf=0 sf=1 of=0 m64@0x8=0xfcffde77547bc33b m64@0x10=0xa49d968f88817aff
# why: LOCK: memory and flags as without
        lock    orq %rax, 9(%rdi)
