# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffff4ede6dfd8d1cac3 st1=0xffffd3dbe1e9eff7fd05 st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        psignw  %mm1, %mm0
        psignw  %mm0, %mm1
        psignw  5(%rsi), %mm2
