# in:  rdi=data cf=1
# out: rcx=0x3468acf1357f1de rdx=0x169d0361d0369cd rbx=0xa6af37bc r9=0x260b60b60b60bd6 cf=0 pf=0 af=1 zf=0 sf=0 of=0 m64@0=0x342d261f17110a03 m64@0x8=0x6c655e575049c23d m64@0x10=0xa49d968f88817a6e
# why: immediates of 8, 16 and 32 bits, sign-extended
        adcb    $0x55, %ch
        adcb    $-1, 3(%rdi)
        adcl    $0x7fffffff, %ebx
        adcq    $-0x80000000, %rdx
        adcw    $0x8001, 8(%rdi)
        adcl    $-5, 16(%rdi)
        adcq    $0x7f, %r9
