# in:  rdi=data cf=1
# out: pf=1 af=0 zf=0 sf=0 of=0 m64@0=0x342d262018120b03 m64@0x8=0x6c655e575049423c
# why: LOCK
        lock    incb 1(%rdi)
        lock    incw 2(%rdi)
        lock    incl 4(%rdi)
        lock    incq 8(%rdi)
