# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=0 pf=0 af=0 zf=0 sf=0 of=0 m64@0x8=0x6c655e575016c13b
# why: LOCK: memory and flags as without
        lock    subw %ax, 9(%rdi)
