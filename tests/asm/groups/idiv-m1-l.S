# in:  rax=5 rdx=0 rbx=0xffffffff
# out: rax=0xfffffffb
# why: by -1
        idiv    %ebx
