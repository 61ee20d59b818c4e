# in:  rbx=0x0010204000402010
# out: rax=0x9 cf=0 zf=0
# why: 32 bits
        lzcnt   %ebx, %eax
