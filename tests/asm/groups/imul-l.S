# in:  rax=0xffffffff rbx=0xffffffff cf=1
# out: rax=0x1 rdx=0 cf=0 of=0
# why: -1 * -1 fits
        imul    %ebx
