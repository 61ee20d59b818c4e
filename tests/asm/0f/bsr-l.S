# in:  rbx=0x0010204000402010
# out: rax=0x16 zf=0
# why: 32 bits
        bsr     %ebx, %eax
