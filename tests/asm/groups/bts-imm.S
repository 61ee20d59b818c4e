# in:  rdi=data
# out: rax=0x89abcdef rbx=0x878d159e26af37bc cf=0 m64@0=0x342d263f1a110a03 m64@0x8=0x6c655e775049423b
# why: an immediate stays inside the operand
        bts     $0x23, %eax
        bts     $0x3f, %rbx
        btsw    $9, 2(%rdi)
        btsl    $0x25, 4(%rdi)
        btsq    $0x25, 8(%rdi)
