# in:  rdi=data
# out: cf=0 m64@0=0x342d261f18114a03 m64@0x8=0xec655e575049423b
# why: LOCK
        lock    btsw $0x1e, (%rdi)
        lock    btsl $3, 4(%rdi)
        lock    btsq $63, 8(%rdi)
