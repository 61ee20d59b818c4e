# in:  rbx=0x0
# out: rax=0x123456789ab0010 cf=1 zf=0
# why: of 0
        lzcnt   %bx, %ax
