# in:  rdi=data cf=1
# out: rcx=0x3468acf135745de rdx=0x169d0371d0369cc rbx=0xa6af37bc r9=0x260b60b60b60ad6 cf=0 pf=0 af=1 zf=0 sf=0 of=0 m64@0=0x342d261f19110a03 m64@0x8=0x6c655e575049c239 m64@0x10=0xa49d968f88817a77
# why: immediates of 8, 16 and 32 bits, sign-extended
        sbbb    $0x55, %ch
        sbbb    $-1, 3(%rdi)
        sbbl    $0x7fffffff, %ebx
        sbbq    $-0x80000000, %rdx
        sbbw    $0x8001, 8(%rdi)
        sbbl    $-5, 16(%rdi)
        sbbq    $0x7f, %r9
