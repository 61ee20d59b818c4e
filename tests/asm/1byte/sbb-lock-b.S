# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=1 pf=1 af=0 zf=0 sf=1 of=1 m64@0x8=0x6c655e575049c03b
# why: LOCK: memory and flags as without
        lock    sbbb %al, 9(%rdi)
