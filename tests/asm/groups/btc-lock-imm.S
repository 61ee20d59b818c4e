# in:  rdi=data
# out: cf=0 m64@0=0x342d261718114a03 m64@0x8=0xec655e575049423b
# why: LOCK
        lock    btcw $0x1e, (%rdi)
        lock    btcl $3, 4(%rdi)
        lock    btcq $63, 8(%rdi)
