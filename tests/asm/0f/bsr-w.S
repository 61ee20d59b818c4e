# in:  rbx=0x0010204000402010
# out: rax=0x123456789ab000d zf=0
# why: 16 bits
        bsr     %bx, %ax
