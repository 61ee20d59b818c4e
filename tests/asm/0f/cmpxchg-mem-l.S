# in:  rdi=data
# out: rax=0x5049423b cf=0 pf=1 af=0 zf=1 sf=0 of=0 m64@0x8=0x6c655e5713579bde
# why: the second one finds what the first loaded
        cmpxchg %ebx, 8(%rdi)
        lock    cmpxchg %ecx, 8(%rdi)
