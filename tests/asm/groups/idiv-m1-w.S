# in:  rax=5 rdx=0 rbx=0xffff
# out: rax=0xfffb
# why: by -1
        idiv    %bx
