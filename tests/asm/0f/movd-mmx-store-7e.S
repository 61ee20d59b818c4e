# in:  rdi=data+0x40 rsi=data+0x83
# out: rcx=0xd8d1cac3 rdx=0x100902fb st0=0xfffff4ede6dfd8d1cac3 st1=0xffff2c251e17100902fb ftw=0xff m64@0x88=0xece5ded700000000
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        movd    %mm0, %ecx
        movd    %mm1, %edx
        movd    %mm2, 5(%rsi)
