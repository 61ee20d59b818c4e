# in:  rdi=data cf=1
# out: cf=0 pf=1 af=1 zf=0 sf=0 of=0
# why: immediates of 8, 16 and 32 bits, sign-extended
        cmpb    $0x55, %ch
        cmpb    $-1, 3(%rdi)
        cmpl    $0x7fffffff, %ebx
        cmpq    $-0x80000000, %rdx
        cmpw    $0x8001, 8(%rdi)
        cmpl    $-5, 16(%rdi)
        cmpq    $0x7f, %r9
