# in:  rax=0x8000 rbx=0xffff
# out: rdx=0x169d0369d030000 cf=1 of=1
# why: MIN * -1 does not fit
        imul    %bx
