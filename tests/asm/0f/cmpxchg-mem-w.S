# in:  rdi=data
# out: rax=0x123456789ab423b cf=0 pf=1 af=0 zf=1 sf=0 of=0 m64@0x8=0x6c655e5750499bde
# why: the second one finds what the first loaded
        cmpxchg %bx, 8(%rdi)
        lock    cmpxchg %cx, 8(%rdi)
