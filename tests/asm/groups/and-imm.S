# in:  rdi=data cf=1
# out: rcx=0x3468acf135711de rdx=0x169d03680000000 rbx=0x26af37bc r9=0x56 cf=0 pf=1 zf=0 sf=0 of=0 m64@0x8=0x6c655e5750490001
# why: immediates of 8, 16 and 32 bits, sign-extended
        andb    $0x55, %ch
        andb    $-1, 3(%rdi)
        andl    $0x7fffffff, %ebx
        andq    $-0x80000000, %rdx
        andw    $0x8001, 8(%rdi)
        andl    $-5, 16(%rdi)
        andq    $0x7f, %r9
