# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1ca3d st1=0xffffd4dbe2e9f0f7fefb st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psignb  %mm1, %mm0
        psignb  %mm0, %mm1
        psignb  5(%rsi), %mm2
