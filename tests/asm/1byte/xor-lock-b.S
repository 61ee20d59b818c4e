# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=0 pf=1 zf=0 sf=1 of=0 m64@0x8=0x6c655e575049c33b
# why: LOCK: memory and flags as without
        lock    xorb %al, 9(%rdi)
