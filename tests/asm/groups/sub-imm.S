# in:  rdi=data cf=1
# out: rcx=0x3468acf135746de rdx=0x169d0371d0369cd rbx=0xa6af37bd r9=0x260b60b60b60ad7 cf=0 pf=1 af=1 zf=0 sf=0 of=0 m64@0=0x342d261f19110a03 m64@0x8=0x6c655e575049c23a m64@0x10=0xa49d968f88817a78
# why: immediates of 8, 16 and 32 bits, sign-extended
        subb    $0x55, %ch
        subb    $-1, 3(%rdi)
        subl    $0x7fffffff, %ebx
        subq    $-0x80000000, %rdx
        subw    $0x8001, 8(%rdi)
        subl    $-5, 16(%rdi)
        subq    $0x7f, %r9
