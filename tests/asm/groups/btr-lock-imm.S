# in:  rdi=data
# out: cf=0 m64@0=0x342d261718110a03
# why: LOCK
        lock    btrw $0x1e, (%rdi)
        lock    btrl $3, 4(%rdi)
        lock    btrq $63, 8(%rdi)
