# in:  rax=0x1234 rdx=0xfffd rbx=0x77
# out: rax=0xf9b3 rdx=0xffff
# why: a dividend of twice the width
        idiv    %bx
