# in:  rdi=data
# out: rax=0x123456789abcd3b cf=0 pf=1 af=0 zf=1 sf=0 of=0 m64@0x8=0x6c655e57504942de
# why: the second one finds what the first loaded
        cmpxchg %bl, 8(%rdi)
        lock    cmpxchg %cl, 8(%rdi)
