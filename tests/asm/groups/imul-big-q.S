# in:  rax=0x8000000000000000 rbx=0xffffffffffffffff
# out: rdx=0 cf=1 of=1
# why: MIN * -1 does not fit
        imul    %rbx
