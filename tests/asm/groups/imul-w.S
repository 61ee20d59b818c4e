# in:  rax=0xffff rbx=0xffff cf=1
# out: rax=0x1 rdx=0x169d0369d030000 cf=0 of=0
# why: -1 * -1 fits
        imul    %bx
