# in:  rbx=0x0010204000402010
# out: rax=0x4 zf=0
# why: 32 bits
        bsf     %ebx, %eax
