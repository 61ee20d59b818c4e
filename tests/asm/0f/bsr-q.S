# in:  rbx=0x0010204000402010
# out: rax=0x34 zf=0
# why: 64 bits
        bsr     %rbx, %rax
