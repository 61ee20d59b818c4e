# in:  rbx=0
# out: rax=0 cf=0 zf=1 sf=0 of=0
# why: of 0
        blsi    %rbx, %rax
