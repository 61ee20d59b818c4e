# in:  rax=0xff80 rbx=0xff
# out: fault=0
# why: -128 / -1
        idiv    %bl
