# in:  rdi=data cf=1
# out: rcx=0x3468acf1357cede rdx=0xfe962fc91d0369cd rbx=0x5950c843 r9=0x260b60b60b60b29 cf=0 pf=0 zf=0 sf=0 of=0 m64@0=0x342d261fe7110a03 m64@0x8=0x6c655e575049c23a m64@0x10=0xa49d968f777e8588
# why: immediates of 8, 16 and 32 bits, sign-extended
        xorb    $0x55, %ch
        xorb    $-1, 3(%rdi)
        xorl    $0x7fffffff, %ebx
        xorq    $-0x80000000, %rdx
        xorw    $0x8001, 8(%rdi)
        xorl    $-5, 16(%rdi)
        xorq    $0x7f, %r9
