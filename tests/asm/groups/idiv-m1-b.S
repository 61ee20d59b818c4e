# in:  rax=5 rdx=0 rbx=0xff
# out: rax=0xfb
# why: by -1
        idiv    %bl
