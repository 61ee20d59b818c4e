# in:  rbx=0x0010204000402010
# out: rax=0x123456789ab0004 zf=0
# why: 16 bits
        bsf     %bx, %ax
