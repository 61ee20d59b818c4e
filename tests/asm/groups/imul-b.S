# in:  rax=0xff rbx=0xff cf=1
# out: rax=0x1 cf=0 of=0
# why: -1 * -1 fits
        imul    %bl
