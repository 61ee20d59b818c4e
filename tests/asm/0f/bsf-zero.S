# in:  rbx=0
# out: zf=1
# why: the destination stays when the source is 0
        bsf     %rbx, %rax
        bsr     %rbx, %rcx
