# in:  rdi=data cf=1
# out: pf=1 af=0 zf=0 sf=0 of=0 m64@0=0x342d261e18100903 m64@0x8=0x6c655e575049423a
# why: LOCK
        lock    decb 1(%rdi)
        lock    decw 2(%rdi)
        lock    decl 4(%rdi)
        lock    decq 8(%rdi)
