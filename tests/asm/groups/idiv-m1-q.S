# in:  rax=5 rdx=0 rbx=0xffffffffffffffff
# out: rax=0xfffffffffffffffb
# why: by -1
        idiv    %rbx
