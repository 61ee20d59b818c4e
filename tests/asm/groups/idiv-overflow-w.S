# in:  rax=0x8000 rdx=0xffff rbx=0xffff
# out: fault=0
# why: MIN / -1 does not fit
        idiv    %bx
