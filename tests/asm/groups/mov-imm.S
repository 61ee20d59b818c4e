# in:  rdi=data
# out: rax=0xfffffffffffffffe rbx=0x78d159e26af3777 m64@0=0x3333333322221103 m64@0x8=0xffffffffbbbbbbbb
# why: C6 and C7
        movb    $0x11, 1(%rdi)
        movw    $0x2222, 2(%rdi)
        movl    $0x33333333, 4(%rdi)
        movq    $-0x44444445, 8(%rdi)
        movq    $-2, %rax
        .byte   0xc6, 0xc0+3, 0x77
