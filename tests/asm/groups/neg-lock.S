# in:  rdi=data cf=1
# out: cf=1 pf=1 af=1 zf=0 sf=1 of=0 m64@0=0xcbd2d9e1e7eff603 m64@0x8=0x939aa1a8afb6bdc5
# why: LOCK
        lock    negb 1(%rdi)
        lock    negw 2(%rdi)
        lock    negl 4(%rdi)
        lock    negq 8(%rdi)
