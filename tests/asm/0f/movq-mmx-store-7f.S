# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xfffff4ede6dfd8d1cac3 ftw=0xff m64@0x88=0
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        {store} movq    %mm0, %mm1
        {store} movq    %mm1, %mm0
        movq    %mm2, 5(%rsi)
