# in:  rdi=data cf=1 rax=0xfedcba9876543281
# out: cf=1 pf=0 af=0 zf=0 sf=0 of=0 m64@0x8=0x491ff6cda47bc43b m64@0x10=0xa49d968f88817a72
# why: LOCK: memory and flags as without
        lock    adcq %rax, 9(%rdi)
