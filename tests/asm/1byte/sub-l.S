# in:  rax=0 rbx=1 cf=1 of=1
# out: rax=0xffffffff cf=1 pf=1 af=1 zf=0 sf=1 of=0
# why: 0 - 1 borrows, 32 bits
        subl    %ebx, %eax
