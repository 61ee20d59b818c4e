# in:  rax=0x1234 rdx=0xfffffffffffffffd rbx=0x77
# out: rax=0xf98bd4f98bd4f9b3 rdx=0xffffffffffffffff
# why: a dividend of twice the width
        idiv    %rbx
