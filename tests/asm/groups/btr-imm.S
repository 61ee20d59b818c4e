# in:  rdi=data
# out: rax=0x89abcde7 cf=0
# why: an immediate stays inside the operand
        btr     $0x23, %eax
        btr     $0x3f, %rbx
        btrw    $9, 2(%rdi)
        btrl    $0x25, 4(%rdi)
        btrq    $0x25, 8(%rdi)
