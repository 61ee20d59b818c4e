# in:  rax=0x100000000 rbx=0x100000000
# out: rax=0 cf=1 of=1
# why: does not fit
        imul    %rbx, %rax
