# in:  rax=0x80 rbx=0xff
# out: cf=1 of=1
# why: MIN * -1 does not fit
        imul    %bl
