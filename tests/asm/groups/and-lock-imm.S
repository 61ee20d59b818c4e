# in:  rdi=data cf=1
# out: cf=0 pf=1 zf=0 sf=1 of=0 m64@0=0x1220518110a03 m64@0x10=0xa49d968f88817a71
# why: LOCK with immediates
        lock    andb $0x7f, 1(%rdi)
        lock    andl $0x12345, 4(%rdi)
        lock    andq $-3, 16(%rdi)
