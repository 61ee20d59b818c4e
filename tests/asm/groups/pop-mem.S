# in:  rdi=data
# out: rax=0x3833746f6a65605b rsp=0x2001101a m64@0x8=0x241f1a15100b0601 m64@0x10=0xa49d968f88812e29 s64@0x1018=0x56514c47423d3833
# why: an address by RSP is that after the pop
        popq    8(%rdi)
        popw    16(%rdi)
        popq    6(%rsp)
        .byte   0x8f, 0xc0
