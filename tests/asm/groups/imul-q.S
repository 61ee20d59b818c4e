# in:  rax=0xffffffffffffffff rbx=0xffffffffffffffff cf=1
# out: rax=0x1 rdx=0 cf=0 of=0
# why: -1 * -1 fits
        imul    %rbx
