# in:  rdi=data cf=1
# out: m64@0=0xcbd2d9e0e7eef503 m64@0x8=0x939aa1a8afb6bdc4
# why: LOCK
        lock    notb 1(%rdi)
        lock    notw 2(%rdi)
        lock    notl 4(%rdi)
        lock    notq 8(%rdi)
