# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffffc8c8c8c8c8c8c800 st1=0xffff00000000000000fb st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psubusb %mm1, %mm0
        psubusb %mm0, %mm1
        psubusb 5(%rsi), %mm2
