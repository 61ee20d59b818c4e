# in:  rdi=data
# out: cf=0
# why: an immediate stays inside the operand
        bt      $0x23, %eax
        bt      $0x3f, %rbx
        btw     $9, 2(%rdi)
        btl     $0x25, 4(%rdi)
        btq     $0x25, 8(%rdi)
