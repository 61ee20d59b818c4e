# out: rax=0x23d70a3d70a3d67 r8=0x123456789abcdef
# why: REX.B makes NOP an XCHG
        .byte   0x49, 0x90
