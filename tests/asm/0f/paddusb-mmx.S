# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffffffffff6e8daccff st1=0xfffffffffffff8e3ceff st2=0xffffece5ded7d0c9c2bb ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        paddusb %mm1, %mm0
        paddusb %mm0, %mm1
        paddusb 5(%rsi), %mm2
