# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xfffffe17fd0bfd8bff61 st1=0xffffffabffa7ffd8fffe st2=0xffff0000000000000000 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        pmulhw  %mm1, %mm0
        pmulhw  %mm0, %mm1
        pmulhw  5(%rsi), %mm2
