# in:  rbx=0x0010204000402010
# out: rax=0x4 cf=0 zf=0
# why: 64 bits
        tzcnt   %rbx, %rax
