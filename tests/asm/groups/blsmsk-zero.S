# in:  rbx=0
# out: rax=0xffffffffffffffff cf=1 zf=0 sf=1 of=0
# why: of 0
        blsmsk  %rbx, %rax
