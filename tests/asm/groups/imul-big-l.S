# in:  rax=0x80000000 rbx=0xffffffff
# out: rdx=0 cf=1 of=1
# why: MIN * -1 does not fit
        imul    %ebx
