# in:  rax=0x1234 rdx=0xfffffffd rbx=0x77
# out: rax=0xf98bd521 rdx=0xffffffdd
# why: a dividend of twice the width
        idiv    %ebx
