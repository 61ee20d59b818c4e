# in:  rdi=data cf=1
# out: cf=0 pf=1 zf=0 sf=0 of=0 m64@0=0x342c055a18117503 m64@0x10=0x5b626970777e858e
# why: LOCK with immediates
        lock    xorb $0x7f, 1(%rdi)
        lock    xorl $0x12345, 4(%rdi)
        lock    xorq $-3, 16(%rdi)
