# in:  rdi=data cf=1
# out: rcx=0x3468acf1357dfde rdx=0xffffffff9d0369cd rbx=0x7fffffff r9=0x260b60b60b60b7f cf=0 pf=0 zf=0 sf=0 of=0 m64@0=0x342d261fff110a03 m64@0x8=0x6c655e575049c23b m64@0x10=0xa49d968ffffffffb
# why: immediates of 8, 16 and 32 bits, sign-extended
        orb     $0x55, %ch
        orb     $-1, 3(%rdi)
        orl     $0x7fffffff, %ebx
        orq     $-0x80000000, %rdx
        orw     $0x8001, 8(%rdi)
        orl     $-5, 16(%rdi)
        orq     $0x7f, %r9
