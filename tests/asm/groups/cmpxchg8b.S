# in:  rdi=data cf=1 sf=1
# out: rax=0x5049423b rdx=0x6c655e57 rsi=0x1f6e5d4c3b2a100 zf=1 m64@0x8=0x13579bde26af37bc
# why: the second one succeeds; other flags stay
        cmpxchg8b 8(%rdi)
        setz    %sil
        lock    cmpxchg8b 8(%rdi)
