# in:  rax=5 rdx=3 rbx=0x11
# out: rax=0x2d2d rdx=0x8
# why: a dividend of twice the width
        div     %bx
