# in:  rdi=data+0x40 rsi=data+0x83
# out: st0=0xffff10d809d102cafbc3 st1=0xffff0210ca09fb02c3fb st2=0xffffd000c900c200bb00 ftw=0xff
# why: registers and memory
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        punpcklbw %mm1, %mm0
        punpcklbw %mm0, %mm1
        punpcklbw 5(%rsi), %mm2
