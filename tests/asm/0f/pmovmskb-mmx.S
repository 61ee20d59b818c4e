# in:  rdi=data+0x40 rsi=data+0x83
# out: rax=0x1 rbx=0xff st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff
# why: registers
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmovmskb %mm1, %eax
        pmovmskb %mm0, %ebx
