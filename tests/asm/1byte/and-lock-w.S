# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=0 pf=1 zf=1 sf=0 of=0 m64@0x8=0x6c655e575000003b
# why: LOCK: memory and flags as without
        lock    andw %ax, 9(%rdi)
