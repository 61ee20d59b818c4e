# in:  rdi=data cf=1
# out: cf=0 pf=1 zf=0 sf=1 of=0 m64@0=0x342d275f18117f03 m64@0x10=0xffffffffffffffff
# why: LOCK with immediates
        lock    orb $0x7f, 1(%rdi)
        lock    orl $0x12345, 4(%rdi)
        lock    orq $-3, 16(%rdi)
