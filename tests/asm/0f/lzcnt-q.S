# in:  rbx=0x0010204000402010
# out: rax=0xb cf=0 zf=0
# why: 64 bits
        lzcnt   %rbx, %rax
